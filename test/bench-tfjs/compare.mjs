/**
 * Our training step against tfjs-backend-webgpu's for the same network, batch and adapter, round by round in one run:
 *
 *     npm ci --prefix test/bench-tfjs
 *     node --import tsx test/bench-tfjs/compare.mjs --width-scale 0.25 --rounds 3
 *
 * Prints a line a round and, last, one JSON object. BITWRIGHT_ADAPTER picks the adapter, BITWRIGHT_HOME where ours keeps its
 * measurements of kernels; both sides run through the same npm `webgpu` with the same toggles.
 */
import { parseArgs } from 'node:util'
import { presetNamed, scaleWidths } from '../../core/architecture/index.ts'
import { median } from '../../main/engine/bench/kernels.ts'
import { prepareStep } from '../../main/engine/bench/step.ts'
import { adapterNames, openGpu } from '../../main/engine/dawn.ts'
import { Workshop } from '../../main/engine/toolbox.ts'
import { openHome } from '../../main/services/home.ts'
import { prepareTfjs } from './tfjs-step.mjs'

const { values } = parseArgs({ options: { 'width-scale': { type: 'string', default: '0.25' }, rounds: { type: 'string', default: '3' }, batch: { type: 'string', default: '50' }, home: { type: 'string' } } })
const widthScale = Number(values['width-scale'])
const batch = Number(values.batch)
const preset = scaleWidths(presetNamed('cifar10-convnet-theano'), widthScale)
const project = { ...preset, recipe: { ...preset.recipe, batchSize: batch } }
const attributes = kind => project.architecture.nodes.filter(node => node.kind === kind).map(node => node.attributes)
const filters = attributes('conv2d').map(({ filters }) => filters)
const units = attributes('dense').map(({ units }) => units)

const workshop = await Workshop.open()
const { name } = workshop.device.adapter
process.stderr.write(`${project.name}, ${filters.join('-')}-${units.join('-')}, batch ${batch}, on ${name}\n`)
const engine = await workshop.engine(await openHome({ home: values.home }), message => process.stderr.write(`${message}\n`))
const ours = await prepareStep(engine, project)
const theirs = await prepareTfjs(openGpu(process.env.BITWRIGHT_ADAPTER ?? (await adapterNames())[0]), { filters, units, batch, rate: project.recipe.learningRate.start })
// Compiles all of their kernels.
await theirs.run(1)

const rounds = []
for (let round = 1; round <= Number(values.rounds); round++) {
  const bitwright = await ours.run(4)
  const { milliseconds: tfjs, loss } = await theirs.run(1)
  rounds.push({ bitwright, tfjs, ratio: tfjs / bitwright })
  process.stderr.write(`round ${round}: bitwright ${bitwright.toFixed(0)} ms, tfjs ${tfjs.toFixed(0)} ms (loss ${loss.toFixed(3)}), ${(tfjs / bitwright).toFixed(1)} times as fast\n`)
}
const middle = key => median(rounds.map(round => round[key]))
const step = { name: `${project.name}: training step`, shape: `${filters.join('-')}-${units.join('-')}, batch ${batch}` }
process.stdout.write(`${JSON.stringify({
  adapter: name,
  results: [
    { ...step, against: 'tfjs-backend-webgpu 4.22.0', medianMs: middle('bitwright'), ratio: middle('ratio'), rounds },
    { ...step, name: `tfjs-backend-webgpu 4.22.0: training step`, medianMs: middle('tfjs') },
  ],
})}\n`)
// Dawn's objects live to the end of the process, so it is ended here.
process.exit(0)
