import { config } from 'zod';

// The content policy forbids making code from text. zod asks for it when a schema is declared, so this
// module is imported before any that declares one.
config({ jitless: true });
