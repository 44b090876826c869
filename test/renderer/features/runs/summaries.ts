import type { RunSummary } from '../../../../main/contract/app/runs.ts'

/** A finished run of a test, with what matters to it set. */
export function summary(of: Partial<RunSummary> & { readonly id: string }): RunSummary {
  return {
    directory: `/home/runs/${of.id}`, created: '2026-11-25T08:00:00.000Z', state: 'finished', interrupted: false, recovery: null, fault: null, project: 'digits', dataset: 'digits',
    adapter: 'llvmpipe', epochs: 3, epochsWanted: 3, best: null, last: null, finished: '2026-11-25T09:00:00.000Z', name: of.id, tags: [], notes: '', group: null, parent: null,
    preset: 'digits', seed: 1, binaryParameters: 1000, packedBytes: 125, parameters: {}, ...of,
  }
}

/** An epoch's figures; errors are fractions. */
export function epoch(of: Partial<NonNullable<RunSummary['best']>> = {}): NonNullable<RunSummary['best']> {
  return { epoch: 1, step: 90, learningRate: 0.003, trainLoss: 1, trainError: 0.2, validLoss: 1, validError: 0.1, testLoss: 1, testError: 0.1, testTop5Error: 0.01, ...of }
}
