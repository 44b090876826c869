import { Argument, Command, Option } from 'commander'
import { REMOTE_NAMES, type RemoteName } from '../services/datasets/sources.ts'
import type { TwinActivation } from '../../core/architecture/index.ts'
import type { ChangeOptions } from './changes.ts'
import type { ImportKind } from '../contract/app/datasets.ts'
import type { BenchOptions } from './commands/bench.ts'
import type { DownloadOptions, ImportOptions } from './commands/datasets.ts'
import type { ImportOptions as ImportWeightsOptions } from './commands/import.ts'
import type { EvalOptions } from './commands/eval.ts'
import type { QueuedForkOptions, QueueOptions } from './commands/queue.ts'
import type { RunFormat } from '../services/exports/run.ts'
import type { ServeOptions } from './commands/serve.ts'
import { assignment, collected, imageSize, positiveNumber, share, wholeNumber, wholeNumbers } from './options.ts'
import { perform, type Context, type Outcome, type Process } from './run.ts'

/**
 * Every command with its arguments. What a command does is in commands/, and is loaded when it is called, so that asking
 * for help does not wait for what training needs.
 */
export function buildProgram(host: Process, version: string, exit: (code: number) => void): Command {
  const program = new Command('bitwright')
    .description('A workbench for binarized neural networks: design, train, inspect, take away. Without a command it opens in a window or, where there is none, in a browser.')
    .option('--home <DIR>', 'folder of data sets and runs (else BITWRIGHT_HOME, else the platform\'s data folder)')
    .option('--json', 'print one JSON object as the last line of standard output')
    .helpOption('-h, --help', 'say how it is used')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(`${usageError(text)}\n`) })
    .configureHelp({ showGlobalOptions: true })
    // Inherited by the commands: what is wrong with the arguments is thrown, and bitwright.ts gives it its exit code.
    .exitOverride()

  const run = (command: Command, work: (context: Context) => Promise<Outcome>): Promise<void> => perform(command, host, work).then(exit)

  program.command('doctor')
    .description('what computes here, and what is missing and how to get it')
    .action((_options: object, command: Command) => run(command, async context => (await import('./commands/doctor.ts')).doctor(context)))

  const presets = program.command('presets')
    .description('list the networks that come with Bitwright, or show one')
    .action((_options: object, command: Command) => run(command, async () => (await import('./commands/presets.ts')).listPresets()))
  presets.command('show')
    .description('print a preset as a project file')
    .argument('<NAME>', 'its name')
    .addOption(twinOption())
    .action((name: string, { twin }: { twin?: TwinActivation }, command: Command) => run(command, async () => (await import('./commands/presets.ts')).showPreset(name, twin)))

  const datasets = program.command('datasets')
    .description('list the data sets of the home, import one, or download one')
    .action((_options: object, command: Command) => run(command, async context => (await import('./commands/datasets.ts')).listSets(context)))
  datasets.command('import')
    .description('store images and labels as a data set')
    .addArgument(new Argument('<KIND>', 'format').choices(['idx', 'cifar10', 'mat', 'folder'] satisfies ImportKind[]))
    .argument('<PATH...>', 'a folder, or its files')
    .requiredOption('--name <NAME>', 'what to call it')
    .option('--replace', 'take the place of a data set of this name')
    .option('--test <N>', 'without test files: take this many from the end of the training images', wholeNumber(1))
    .option('--classes <N>', 'idx: number of classes, if not every one occurs', wholeNumber(2, 256))
    .option('--test-share <F>', 'folder: without a test part, take this share of the pictures for it', share)
    .option('--size <HxW>', 'folder: height and width that pictures get; left out, they must all have one size', imageSize)
    .addOption(new Option('--fit <HOW>', 'folder: pictures of another size are scaled by their shorter side and cut to the middle, or refused').choices(['crop', 'refuse']))
    .addOption(new Option('--channels <N>', 'folder: 1 for grey, 3 for colour; left out, 3 if any picture has colours').choices(['1', '3']).argParser(wholeNumber(1, 3)))
    .option('--skip-broken', 'folder: leave out files that cannot be read, and list them in dataset.json')
    .action((kind: ImportKind, paths: readonly string[], options: ImportOptions, command: Command) =>
      run(command, async context => (await import('./commands/datasets.ts')).importSet(context, kind, paths, options)))

  datasets.command('download')
    .description('fetch a published data set and store it')
    .addArgument(new Argument('<SET>', 'which').choices(REMOTE_NAMES))
    .option('--name <NAME>', 'what to call it, if not as it is known')
    .option('--extra', 'svhn: its 531,131 extra training images too (1.24 GiB)')
    .option('--from <URL>', 'address of a folder that holds the files, instead of the known ones')
    .option('--keep', 'keep the downloaded files under downloads in the home')
    .option('--replace', 'take the place of a data set of this name')
    .action((known: RemoteName, options: DownloadOptions, command: Command) =>
      run(command, async context => (await import('./commands/datasets.ts')).downloadSet(context, known, options)))

  changing(program.command('check'))
    .description('shapes, costs and problems of a network')
    .argument('<PROJECT>', 'name of a preset, or a project file')
    .action((project: string, options: ChangeOptions, command: Command) => run(command, async () => (await import('./commands/check.ts')).check(project, options)))

  changing(program.command('train'))
    .description('train a network')
    .argument('<PROJECT>', 'name of a preset, or a project file')
    .option('--limit-train <N>', 'use only the first N training images', wholeNumber(1))
    .action((project: string, options: ChangeOptions & { limitTrain?: number }, command: Command) =>
      run(command, async context => (await import('./commands/train.ts')).train(context, project, options)))

  program.command('resume')
    .description('go on with a run from its last checkpoint')
    .argument('<RUN>', 'its id or folder')
    .option('--epochs <N>', 'train for this many epochs in all', wholeNumber(1, 1e6))
    .action((target: string, options: { epochs?: number }, command: Command) =>
      run(command, async context => (await import('./commands/resume.ts')).resume(context, target, options)))

  const runs = program.command('runs')
    .description('list the runs of the home, show one, export or throw away some')
    .action((_options: object, command: Command) => run(command, async context => (await import('./commands/runs.ts')).listAllRuns(context)))
  runs.command('show')
    .description('how a run stands, and all of its settings')
    .argument('<RUN>', 'its id, the beginning of it, its folder, or latest')
    .action((target: string, _options: object, command: Command) => run(command, async context => (await import('./commands/runs.ts')).showRun(context, target)))
  runs.command('export')
    .description('write the figures of runs for other programs')
    .argument('<RUN...>', 'ids or folders')
    .addOption(new Option('--format <FORMAT>', 'event files of TensorBoard, or tables').choices(['tensorboard', 'csv'] satisfies RunFormat[]).makeOptionMandatory())
    .requiredOption('--out <DIR>', 'folder that gets one for each run')
    .action((targets: readonly string[], options: { format: RunFormat; out: string }, command: Command) =>
      run(command, async context => (await import('./commands/runs.ts')).exportRuns(context, targets, options)))
  runs.command('trash')
    .description('move runs to the trash of the home')
    .argument('<RUN...>', 'ids or folders')
    .action((targets: readonly string[], _options: object, command: Command) => run(command, async context => (await import('./commands/runs.ts')).moveToTrash(context, targets)))
  runs.command('restore')
    .description('bring runs back from the trash')
    .argument('<RUN...>', 'their ids')
    .action((ids: readonly string[], _options: object, command: Command) => run(command, async context => (await import('./commands/runs.ts')).bringBack(context, ids)))

  const queue = program.command('queue')
    .description('list the runs that wait, queue more, or train them')
    .action((_options: object, command: Command) => run(command, async context => (await import('./commands/queue.ts')).listQueue(context)))
  changing(queue.command('add'))
    .description('queue a network: once, repeated with other seeds, or for every combination of some fields')
    .argument('<PROJECT>', 'name of a preset, or a project file')
    .option('--limit-train <N>', 'use only the first N training images', wholeNumber(1))
    .option('--repeats <N>', 'this many times, each with the next seed', wholeNumber(1, 100), 1)
    .option('--grid <PATH=V,V>', 'every one of these values of a field, such as recipe.batchSize=50,100 (repeatable)', assignment)
    .option('--name <NAME>', 'what to call the runs')
    .action((project: string, options: QueueOptions, command: Command) => run(command, async context => (await import('./commands/queue.ts')).addToQueue(context, project, options)))
  queue.command('fork')
    .description('queue a run that goes on from a checkpoint of another, with its own recipe')
    .argument('<RUN>', 'its id, the beginning of it, or latest')
    .option('--checkpoint <NAME>', 'best, last, or another of its checkpoints, such as epoch-3', 'best')
    .option('--epochs <N>', 'times through the training images, with those before the checkpoint', wholeNumber(1, 1e6))
    .option('--batch <N>', 'images in a step', wholeNumber(1, 65535))
    .option('--seed <N>', 'of all random numbers', wholeNumber(0))
    .option('--set <PATH=VALUE>', 'set a field of the recipe, such as recipe.learningRate.start=0.01 (repeatable)', assignment)
    .option('--name <NAME>', 'what to call the run')
    .action((target: string, options: QueuedForkOptions, command: Command) => run(command, async context => (await import('./commands/queue.ts')).forkToQueue(context, target, options)))
  queue.command('resume')
    .description('queue a run that ended early, to go on from its last checkpoint')
    .argument('<RUN>', 'its id, the beginning of it, or latest')
    .action((target: string, _options: object, command: Command) => run(command, async context => (await import('./commands/queue.ts')).resumeInQueue(context, target)))
  queue.command('run')
    .description('train what is queued, one after the other')
    .action((_options: object, command: Command) => run(command, async context => (await import('./commands/queue.ts')).runQueue(context)))

  program.command('eval')
    .description('count the errors of a trained network on a data set')
    .argument('<MODEL>', 'a run\'s id or folder, or a file of weights')
    .option('--dataset <NAME>', 'another data set than its own')
    .addOption(new Option('--split <SPLIT>', 'which images').choices(['train', 'validation', 'test']).default('test'))
    .addOption(checkpointOption())
    .addOption(new Option('--packed', 'as a packed model computes: batch normalisation and sign as thresholds of the sums').conflicts('float32'))
    .addOption(new Option('--float32', 'as a simulation computes: signs as float32 numbers, no XNOR'))
    .action((target: string, options: EvalOptions, command: Command) => run(command, async context => (await import('./commands/eval.ts')).evaluate(context, target, options)))

  program.command('predict')
    .description('name the class of pictures')
    .argument('<MODEL>', 'a run\'s id or folder, or a file of weights')
    .argument('<IMAGE...>', 'PNG or JPEG files, or IDX files of images')
    .addOption(new Option('--fit <HOW>', 'pictures of another size than the model takes: refused, or scaled by their shorter side and cut to the middle').choices(['refuse', 'crop']).default('refuse'))
    .addOption(checkpointOption())
    .action((target: string, images: readonly string[], options: { checkpoint: 'best' | 'last'; fit: 'refuse' | 'crop' }, command: Command) =>
      run(command, async context => (await import('./commands/predict.ts')).predict(context, target, images, options)))

  program.command('inspect')
    .description('count how the binary filters of a trained network repeat')
    .argument('<MODEL>', 'a run\'s id or folder, a model, or a file of weights')
    .addOption(checkpointOption())
    .option('--csv <FILE>', 'write every filter with its counts')
    .action((target: string, options: { checkpoint: 'best' | 'last'; csv?: string }, command: Command) =>
      run(command, async context => (await import('./commands/inspect.ts')).inspect(context, target, options)))

  program.command('import')
    .description('take in a network that others trained')
    .argument('<FILE>', 'its weights: .npz in BinaryNet\'s order, or .npz or .safetensors with --map')
    .requiredOption('--project <PROJECT>', 'its network: name of a preset, or a project file')
    .option('--flipped', 'its filters are those of true convolutions, Theano\'s default')
    .option('--map <FILE>', 'JSON that says which array is which')
    .option('--name <NAME>', 'what to call the model')
    .option('--dataset <NAME>', 'another data set than the project\'s')
    .option('--width-scale <F>', 'every hidden layer of the project is F times as wide', positiveNumber)
    .option('--set <PATH=VALUE>', 'set a field of the project, such as nodes.conv1.padding=0 (repeatable)', assignment)
    .option('--without <KIND>', 'leave out all layers of a pass-through kind, such as dropout (repeatable)', collected)
    .action((file: string, options: ImportWeightsOptions, command: Command) =>
      run(command, async context => (await import('./commands/import.ts')).importWeights(context, file, options)))

  program.command('bench')
    .description('time kernels and whole training steps side by side')
    .addOption(new Option('--what <PART...>', 'what to time').choices(['gemm', 'conv', 'filters', 'step']).default(['gemm', 'conv', 'step']))
    .option('--sizes <N,N>', 'sides of the matrices', wholeNumbers(32, 8192))
    .option('--channels <N,N>', 'channels before and behind the convolutions', wholeNumbers(1, 4096))
    .option('--preset <NAME-or-FILE>', 'network whose step or filters are timed')
    .option('--model <MODEL>', 'filters: a trained network, whose filters repeat as they do')
    .option('--batch <N>', 'images in that step', wholeNumber(1, 65535))
    .option('--width-scale <F>', 'make its hidden layers F times as wide', positiveNumber)
    .option('--set <PATH=VALUE>', 'set a field of it, such as recipe.activations=keep (repeatable)', assignment)
    .option('--without <KIND>', 'leave out its layers of a pass-through kind, such as dropout (repeatable)', collected)
    .action((options: BenchOptions, command: Command) =>
      run(command, async context => (await import('./commands/bench.ts')).bench(context, options)))

  program.command('serve')
    .description('the workbench in a browser of this machine')
    .option('--port <N>', 'where it listens (else a port that is free)', wholeNumber(1, 65535))
    .option('--no-open', 'only print the address')
    .action((options: ServeOptions, command: Command) => run(command, async context => (await import('./commands/serve.ts')).serve(context, options)))

  // Last, since commands take over what was allowed when they were made.
  return program.allowExcessArguments().action((_options: object, command: Command) => {
    const [stray] = command.args
    if (stray !== undefined) command.error(`error: there is no command "${stray}"`, { code: 'commander.unknownCommand' })
    return run(command, async context => (await import('./commands/open.ts')).openWorkbench(context))
  })
}

/** What commander says of wrong arguments, in the one-line form of all errors. */
export function usageError(text: string): string {
  return `error: ${usageTrouble(text).what}; ${usageTrouble(text).remedy}`
}

export function usageTrouble(text: string): { readonly what: string; readonly remedy: string } {
  const what = text.trim().replace(/^error: /, '').replace(/\.$/, '').replaceAll(/\s*\n\s*/g, ' ')
  return { what, remedy: 'see "bitwright --help" or "bitwright COMMAND --help"' }
}

function checkpointOption(): Option {
  return new Option('--checkpoint <WHICH>', 'of a run: which of its checkpoints').choices(['best', 'last']).default('best')
}

/** Without a value: hardTanh. */
function twinOption(): Option {
  return new Option('--twin [FUNCTION]', 'its unquantized twin in float32, signs as hardTanh or relu').choices(['hardTanh', 'relu']).preset('hardTanh')
}

/** The options by which a project is changed before it is used. */
function changing(command: Command): Command {
  return command
    .option('--dataset <NAME>', 'another data set than the project\'s')
    .option('--epochs <N>', 'times through the training images', wholeNumber(1, 1e6))
    .option('--batch <N>', 'images in a step', wholeNumber(1, 65535))
    .option('--seed <N>', 'of all random numbers', wholeNumber(0))
    .option('--width-scale <F>', 'make every hidden layer F times as wide', positiveNumber)
    .addOption(twinOption())
    .option('--set <PATH=VALUE>', 'set a field, such as recipe.learningRate.start=0.01 (repeatable)', assignment)
    .option('--without <KIND>', 'leave out all layers of a pass-through kind, such as dropout (repeatable)', collected)
}
