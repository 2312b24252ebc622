export type { Result } from './save.ts';
