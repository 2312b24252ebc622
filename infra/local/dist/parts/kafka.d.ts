import { type StackPorts } from '../stack-definition.ts';
import type { Part } from './part.ts';
export declare const kafkaPart: Part;
export declare function serverProperties(ports: StackPorts, dataFolder: string): string;
