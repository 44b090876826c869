import type { z } from 'zod'
import { EvalResultSchema, type Arithmetic } from '../../contract/engine.ts'
import { openHome } from '../../services/home.ts'
import { announceAdapter, withEngine } from '../engine.ts'
import { grouped, percent, rate, significant } from '../format/numbers.ts'
import { facts, table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

export interface EvalOptions {
  readonly dataset?: string
  readonly split: 'train' | 'validation' | 'test'
  readonly checkpoint: 'best' | 'last'
  readonly packed?: boolean
  readonly float32?: boolean
}

export async function evaluate(context: Context, target: string, { dataset, packed = false, float32 = false, ...options }: EvalOptions): Promise<Outcome<typeof EvalResultSchema>> {
  const home = await openHome({ home: context.home })
  const arithmetic = packed ? 'packed' : float32 ? 'float32' : 'bits'
  const value = await withEngine(context, home, async engine => {
    await announceAdapter(engine, context)
    return engine.call('eval', { home, target, arithmetic, ...options, ...(dataset !== undefined && { dataset }) })
  })
  return { schema: EvalResultSchema, value, text: evaluationText(value, options.split) }
}

const ARITHMETIC: Readonly<Record<Arithmetic, string>> = {
  bits: 'on bits, as in training',
  packed: 'packed: signs by thresholds of the sums, no batch normalisation in front of them',
  float32: 'in float32, signs as numbers',
}

/** Beyond this the table of confusions no longer fits a terminal. */
const MOST_CLASSES = 16

export function evaluationText(result: z.infer<typeof EvalResultSchema>, split: string): string {
  const { arithmetic, images, error, top5Error, loss, heads, perClass, classes, confusion, imagesPerSecond, adapter } = result
  const wrong = Math.round(error * images)
  const lines = facts([
    ['images', `${grouped(images)} (${split})`],
    ['error', `${percent(error)} (${grouped(wrong)} wrong; guessing: ${percent(1 - 1 / classes.length)})`],
    classes.length > 5 ? ['top-5 error', percent(top5Error)] : undefined,
    ...(heads.length > 1 ? heads.map(head => [`error of ${head.name}`, percent(head.error)] as const) : []),
    ['loss', significant(loss)],
    ['computed', ARITHMETIC[arithmetic]],
    ['speed', `${rate(imagesPerSecond)} on ${adapter}`],
  ])
  return [...lines, '', ...(confusion.length > 0 ? confusionLines(classes, confusion) : worstClasses(classes, perClass))].join('\n')
}

function confusionLines(classes: readonly string[], confusion: readonly (readonly number[])[]): string[] {
  return classes.length > MOST_CLASSES ? worstConfusions(classes, confusion) : confusionTable(classes, confusion)
}

/** The engine leaves the confusions out where their table would be too large to send. */
function worstClasses(classes: readonly string[], perClass: z.infer<typeof EvalResultSchema>['perClass']): string[] {
  const rows = perClass.map((row, at) => ({ ...row, name: classes[at] ?? String(at), error: row.images === 0 ? 0 : row.errors / row.images }))
  return table([
    { title: 'class', cell: row => row.name },
    { title: 'images', align: 'right', cell: row => grouped(row.images) },
    { title: 'wrong', align: 'right', cell: row => grouped(row.errors) },
    { title: 'error', align: 'right', cell: row => percent(row.error) },
  ], rows.filter(row => row.errors > 0).sort((a, b) => b.error - a.error).slice(0, 20))
}

function confusionTable(classes: readonly string[], confusion: readonly (readonly number[])[]): string[] {
  return table<number>([
    { title: 'actual \\ predicted', cell: actual => classes[actual] ?? '' },
    ...classes.map((title, predicted) => ({
      title: shortened(title),
      align: 'right' as const,
      cell: (actual: number) => seldom(confusion[actual]?.[predicted] ?? 0),
    })),
    { title: 'error', align: 'right', cell: actual => percent(errorOf(confusion[actual] ?? [], actual)) },
  ], classes.map((_, actual) => actual))
}

/** What never happens steps back, so that what does is seen. */
function seldom(count: number): string {
  return count === 0 ? '·' : grouped(count)
}

function worstConfusions(classes: readonly string[], confusion: readonly (readonly number[])[]): string[] {
  const pairs = confusion.flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
  const worst = pairs.filter(({ actual, predicted, count }) => actual !== predicted && count > 0).sort((a, b) => b.count - a.count).slice(0, 20)
  if (worst.length === 0) return ['no image is taken for another class']
  return table([
    { title: 'actual', cell: pair => classes[pair.actual] ?? '' },
    { title: 'predicted', cell: pair => classes[pair.predicted] ?? '' },
    { title: 'images', align: 'right', cell: pair => grouped(pair.count) },
  ], worst)
}

function errorOf(row: readonly number[], actual: number): number | undefined {
  const images = row.reduce((sum, count) => sum + count, 0)
  return images === 0 ? undefined : 1 - (row[actual] ?? 0) / images
}

function shortened(name: string): string {
  return name.length <= 8 ? name : `${name.slice(0, 7)}…`
}
