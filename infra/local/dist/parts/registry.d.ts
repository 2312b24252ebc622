import type { Part } from './part.ts';
export declare const registryPart: Part;
