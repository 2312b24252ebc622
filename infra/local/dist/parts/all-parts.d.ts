import type { PartName } from '../stack-definition.ts';
import type { Part } from './part.ts';
export declare const allParts: Readonly<Record<PartName, Part>>;
