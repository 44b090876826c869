import { InvalidArgumentError } from 'commander'

/** A whole number of at least `least`, written in digits. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Expected a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}.`)
  }
}

/** A finite number above 0, with a decimal point or an exponent if need be. */
export function positiveNumber(text: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

/** A number between 0 and 1, neither included. */
export function share(text: string): number {
  const value = positiveNumber(text)
  if (value < 1) return value
  throw new InvalidArgumentError('Expected a number between 0 and 1.')
}

/** Height and width, as in 224x224; a single number is both. */
export function imageSize(text: string): readonly [height: number, width: number] {
  const [, height, width = height] = /^(\d{1,4})(?:x(\d{1,4}))?$/i.exec(text) ?? []
  const size = [Number(height), Number(width)] as const
  if (size.every(side => side >= 1 && side <= 4096)) return size
  throw new InvalidArgumentError('Expected a height and a width from 1 to 4096, such as 224x224.')
}

/** For an option that may be given several times. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** PATH=VALUE, as --set takes it; what it names is checked against the project later. */
export function assignment(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('Expected PATH=VALUE, such as recipe.batchSize=200.')
  return collected(text, before)
}

/** Several whole numbers with commas in between. */
export function wholeNumbers(least: number, most: number) {
  const one = wholeNumber(least, most)
  return (text: string): readonly number[] => text.split(',').map(part => one(part.trim()))
}
