import { text, textOrWholeNumber } from '@plumbline/http';
import { z } from 'zod';
import { idForm, nameCharsMax } from '../domain/limits.ts';
import { platformOrderForm } from '../domain/receiving/limits.ts';
import * as limits from './limits.ts';

const formInWords = '1 to 32 of A-Z, a-z, 0-9, _ and -';

/** Contract 0's ids are numbers or text; here they are text. */
export const id = () => textOrWholeNumber({ form: idForm, formInWords });

/** The same in a path or a query. */
export const idText = () =>
  z.string({ error: 'is required, once' }).regex(idForm, `must be ${formInWords}`);

export const name = () => text(nameCharsMax);

export const platformOrder = () =>
  z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be text') })
    .regex(platformOrderForm, 'must be 1 to 64 printable characters without spaces');

export const orderId = () => text(limits.orderIdCharactersMax);

export const reason = () => text(limits.reasonCharactersMax);

export const accountParams = z.strictObject({ pid: idText(), aid: idText() });

export const moneyParams = z.strictObject({
  ...accountParams.shape,
  platformOrder: platformOrder(),
});
