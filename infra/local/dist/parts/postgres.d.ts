import type { Part } from './part.ts';
export declare const postgresPart: Part;
/** True if another account can reach what is in the folder: each folder above has its x bit. */
export declare function othersCanReach(folder: string): boolean;
