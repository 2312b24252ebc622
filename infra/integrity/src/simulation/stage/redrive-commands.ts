import type { RedriveParkedKey } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { notificationsByDefault } from '@plumbline/notifications';
import type { PlannedRedrive } from '../plan/redrives.ts';
import type { Command } from './client.ts';
import { keyOfStory } from './tell-story.ts';

/** As `plumbline dead-letters redrive` asks for it. */
export function redriveCommand({ index, mode, target, ofStory }: PlannedRedrive): Command {
  const key = keyOfStory(ofStory);
  const data: RedriveParkedKey = {
    ...{ topology: notificationsByDefault.name, originTopic: topics[target].name, mode },
    reason: `redrive ${index}`,
  };
  return {
    ...{ id: `redrive-${index}`, topic: topics.deadLettersCommands.name, key, subject: key },
    payload: { type: 'RedriveParkedKey', data },
  };
}
