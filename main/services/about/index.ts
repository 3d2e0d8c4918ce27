export { type AboutOptions, createAbout } from './about-service.ts';
