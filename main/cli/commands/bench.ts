import { bytesText, grouped } from '../../../core/architecture/index.ts'
import { engineRoutes } from '../../contract/engine.ts'
import { openHome } from '../../services/home.ts'
import { changeProject, readProject, type ChangeOptions } from '../changes.ts'
import { announceAdapter, withEngine } from '../engine.ts'
import { times } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

const BenchResultSchema = engineRoutes.bench.output

/** The network whose step is timed, and how it is changed first, besides what is timed. */
export interface BenchOptions extends Pick<ChangeOptions, 'batch' | 'widthScale' | 'set' | 'without'> {
  readonly what: readonly ('gemm' | 'conv' | 'filters' | 'step')[]
  /** The trained network whose filters are timed. */
  readonly model?: string
  readonly sizes?: readonly number[]
  readonly channels?: readonly number[]
  readonly preset?: string
}

export async function bench(context: Context, { what, sizes, channels, preset, model, ...changes }: BenchOptions): Promise<Outcome<typeof BenchResultSchema>> {
  const home = await openHome({ home: context.home })
  const wanted = preset ?? (what.includes('step') ? 'mnist-mlp-torch' : what.includes('filters') ? 'cifar10-convnet-theano' : undefined)
  const project = wanted === undefined ? undefined : changeProject(await readProject(wanted), changes)
  const value = await withEngine(context, home, async engine => {
    await announceAdapter(engine, context)
    context.notes.moving(() => 'timing; this takes a minute or two')
    return engine.call('bench', { home, what: [...what], ...(sizes && { sizes: [...sizes] }), ...(channels && { channels: [...channels] }), ...(project && { project }), ...(model !== undefined && { target: model }) })
  })
  const lines = table([
    { title: 'what', cell: entry => entry.name },
    { title: 'shape', cell: entry => entry.shape },
    { title: 'median', align: 'right', cell: entry => `${entry.medianMs.toFixed(entry.medianMs < 10 ? 3 : 1)} ms` },
    { title: 'Gop/s', align: 'right', cell: entry => entry.gops?.toFixed(1) ?? '' },
    { title: 'of ceiling', align: 'right', cell: entry => (entry.ceilingShare === undefined ? '' : `${(100 * entry.ceilingShare).toFixed(0)} %`) },
    { title: 'computed', align: 'right', cell: ({ filters }) => (filters === undefined ? '' : `${grouped(filters.distinct)} of ${grouped(filters.all)}`) },
    { title: 'additions', align: 'right', cell: ({ filters }) => (filters === undefined ? '' : grouped(filters.additions)) },
    { title: 'words', align: 'right', cell: ({ filters }) => (filters === undefined ? '' : grouped(filters.words)) },
    { title: 'as fast', align: 'right', cell: entry => (entry.ratio === undefined ? '' : times(entry.ratio)) },
    { title: 'against', cell: entry => entry.against ?? '' },
  ], value.results)
  const speeds = value.results.flatMap(({ name, imagesPerSecond }) => (imagesPerSecond === undefined ? [] : [`${name}: ${grouped(Math.round(imagesPerSecond))} images/s`]))
  const { memory } = value
  const bytes = memory
    ? [
        `activations kept for backward: ${bytesText(memory.activationBytes)}; as float32 they would take ${bytesText(memory.floatActivationBytes)}, ${(memory.floatActivationBytes / memory.activationBytes).toFixed(0)} times as much`,
        `all tensors of a step share ${bytesText(memory.stepBytes)}; parameters and optimizer ${bytesText(memory.storedBytes)} for ${grouped(memory.parameters)} parameters`,
      ]
    : []
  return { schema: BenchResultSchema, value, text: [...lines, '', ...speeds, ...bytes, `all on ${value.adapter}, in this one run`].join('\n') }
}
