import type { MonitorsEvent } from '@plumbline/events';

export type ClientEvent = MonitorsEvent;
