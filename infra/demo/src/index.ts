export { demoConfigSchema } from './config.ts';
