/** A number of decimal digits, exactly: `{ units: 1250n, scale: 2 }` is 12.50. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const pattern = /^(\d{1,30})(?:\.(\d{1,9}))?$/;

/** A text that is an amount, such as `12` or `12.50`. */
export const isAmount = (text: string): boolean => pattern.test(text);

/** Throws for a text that is no amount: ask {@link isAmount} about what a person typed. */
function decimalOf(text: string): Decimal {
  const [, whole, fraction = ''] = pattern.exec(text) ?? [];
  if (whole === undefined) throw new Error(`"${text}" is no amount`);
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

const scaled = ({ units, scale }: Decimal, to: number): bigint => units * 10n ** BigInt(to - scale);

function textOf({ units, scale }: Decimal): string {
  if (scale === 0) return units.toString();
  const digits = units.toString().padStart(scale + 1, '0');
  return `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Of amounts in major units; as many decimals as the longest has. `0` for none. */
export function sumOf(amounts: readonly string[]): string {
  const decimals = amounts.map(decimalOf);
  const scale = Math.max(0, ...decimals.map((each) => each.scale));
  const units = decimals.reduce((sum, each) => sum + scaled(each, scale), 0n);
  return textOf({ units, scale });
}

/** An amount so many times. */
export function times(amount: string, quantity: number): string {
  const { units, scale } = decimalOf(amount);
  return textOf({ units: units * BigInt(quantity), scale });
}

/** What is left of an amount. Throws where that is less than nothing. */
export function minus(amount: string, less: string): string {
  const [from, taken] = [decimalOf(amount), decimalOf(less)];
  const scale = Math.max(from.scale, taken.scale);
  const units = scaled(from, scale) - scaled(taken, scale);
  if (units < 0n) throw new Error(`${less} is more than ${amount}`);
  return textOf({ units, scale });
}

/** Negative, 0 or positive, as the first is less, the same or more. */
export function compare(one: string, other: string): number {
  const [a, b] = [decimalOf(one), decimalOf(other)];
  const scale = Math.max(a.scale, b.scale);
  const difference = scaled(a, scale) - scaled(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** How many decimals an amount has. */
export const scaleOf = (amount: string): number => decimalOf(amount).scale;
