export { createSettings, type SettingsOptions } from './settings-service.ts';
