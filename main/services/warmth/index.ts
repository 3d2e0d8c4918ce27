export { CacheFolder } from './cache-folder.ts';
export { createCachePlacesStore } from './cache-places-store.ts';
export { type CacheService, createCacheService } from './cache-service.ts';
export { Forgetting } from './forgetting.ts';
export { Warmth, type WarmWork } from './warmth.ts';
