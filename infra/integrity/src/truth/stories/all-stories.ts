import type { Story } from '../story.ts';
import { disagreeingStories } from './disagreeing.ts';
import { endingStories } from './ending.ts';
import { factStories } from './facts.ts';
import { impossibleStories } from './impossible.ts';
import { otherKeyStories } from './other-keys.ts';
import { paidAndFailedStories } from './paid-and-failed.ts';
import { paidLateStories } from './paid-late.ts';
import { refundStories } from './refunds.ts';
import { stockStories } from './stock.ts';
import { stuckStories } from './stuck.ts';
import { sumStories } from './sums.ts';
import { toldStories } from './told.ts';
import { unclaimedStories } from './unclaimed.ts';

export const stories: readonly Story[] = [
  ...paidLateStories,
  ...paidAndFailedStories,
  ...stuckStories,
  ...sumStories,
  ...endingStories,
  ...disagreeingStories,
  ...refundStories,
  ...factStories,
  ...otherKeyStories,
  ...impossibleStories,
  ...toldStories,
  ...stockStories,
  ...unclaimedStories,
];
