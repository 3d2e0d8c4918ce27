export { type Chat, type ChatOptions, createChat, defaultSampling } from './chat-service.ts';
export { loadPrompts, type Prompts } from './prompts.ts';
