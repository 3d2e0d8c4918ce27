/** The extractor's process: a file is opened, its readers loaded, all rights given up, and then it is read. */
import { loadModules } from './modules.ts';
import { runExtractor } from './run-extractor.ts';

runExtractor(loadModules);
