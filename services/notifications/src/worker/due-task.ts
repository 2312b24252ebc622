import type { StoreSource } from '@plumbline/runtime';
import type { LaneSettings } from '../lanes/lane-settings.ts';
import type { HeldEntry } from './attempts.ts';

/** A task of this process: its store, and what is held of it. */
export interface DueTask {
  readonly partition: number;
  readonly source: StoreSource;
  /** By key in the store. */
  readonly held: Map<string, HeldEntry>;
  /** By lane. Every task is told of every endpoint, sooner or later. */
  readonly settings: Map<string, LaneSettings>;
  isOpen: boolean;
}
