import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { tokenStyle } from '../../../charts/theme.ts'
import { bridge } from '../../../bridge.ts'
import { useNotices } from '../../../stores/notices.ts'
import { download } from '../../projects/transfer.ts'
import ArchitecturePicture from '../compare/ArchitecturePicture.vue'
import { architectureDifferences, marksOf } from '../compare/architectureDifferences.ts'
import { figuresOf, type ComparedRun } from '../compare/comparedRuns.ts'
import { figures, overlaid } from '../compare/overlaid.ts'
import { firstAxes, parallelAxis } from '../compare/parallel.ts'
import ParallelPicture from '../compare/ParallelPicture.vue'
import { runNames } from '../compare/runNames.ts'
import { settingDifferences } from '../compare/settings.ts'
import { reportedErrors, tradeOffs } from '../compare/tradeOff.ts'
import TradeOffPicture from '../compare/TradeOffPicture.vue'
import { columnsFor } from '../table/columns.ts'
import { repetitionOf } from './command.ts'
import { curvesSvg, drawnSvg, onPaper, type Tokens } from './pictures.ts'
import { reportHtml, type ReportContent, type ReportPicture, type ReportRun } from './report.ts'

/** Gives the person the report of a run, or of several compared, as a file. */
export async function saveReport(summaries: readonly RunSummary[]): Promise<void> {
  const [first] = summaries
  if (!first) return
  await useNotices().attempt(async () => {
    const names = runNames(summaries)
    const runs = await Promise.all(summaries.map(async (summary, place): Promise<ComparedRun> => ({ id: summary.id, summary, name: names[place] ?? summary.name, place, style: tokenStyle(place), ...(await figuresOf(summary.id)) })))
    const changes = await Promise.all(summaries.map(async ({ id }) => (await bridge().call('runs.events', { run: id })).events.filter(({ kind }) => kind === 'change').length))
    const { version, platform, versions } = await bridge().call('app.info', {})
    const environment: ReportContent['environment'] = [
      ['Bitwright', version], ...Object.entries(versions).map(([name, value]) => [name, value] as const), ['platform', platform], ['adapter', [...new Set(summaries.map(({ adapter }) => adapter))].join('; ')],
    ]
    const text = reportHtml(onPaper(token => contentOf(runs, changes, environment, token)))
    download(`${summaries.length === 1 ? first.id : `comparison-of-${summaries.length}-runs`}.html`, new Blob([text], { type: 'text/html' }))
  })
}

function contentOf(runs: readonly ComparedRun[], changes: readonly number[], environment: ReportContent['environment'], token: Tokens): ReportContent {
  const reported = reportedErrors(runs.map(({ summary }) => summary))
  const references = reported.map(({ error, text }) => ({ y: error, text }))
  const charts = figures.flatMap((figure): ReportPicture[] => {
    const series = overlaid(runs, figure, 'epoch')
    return series.length === 0 ? [] : [{ title: '', svg: curvesSvg(figure.title, series, { kind: 'epoch', label: 'epoch' }, figure, figure.name === 'testError' ? references : [], token) }]
  })
  return {
    made: new Date().toISOString(),
    environment,
    runs: runs.flatMap(run => reportRun(run, changes[run.place] ?? 0, runs[0], token)),
    differences: settingDifferences(runs.flatMap(({ detail }) => (detail ? [{ project: detail.project, limitTrain: detail.limitTrain }] : []))),
    charts: runs.length > 1 ? [...charts, ...comparisonPictures(runs, token)] : charts,
    reported: reported.map(({ text }) => text),
  }
}

function reportRun(run: ComparedRun, changes: number, first: ComparedRun | undefined, token: Tokens): ReportRun[] {
  const { detail, summary, name, epochs } = run
  if (!detail) return []
  const { project, limitTrain } = detail
  const marks = first?.detail && first !== run ? marksOf(architectureDifferences(first.detail.project.architecture, project.architecture)) : undefined
  const svg = drawnSvg(ArchitecturePicture, { architecture: project.architecture, label: `The network of ${name}`, ...(marks && { marks }) }, token)
  return [{ summary, name, project, limitTrain, epochs, repetition: repetitionOf(project, limitTrain), changes, drawing: { title: name, svg, ...(marks && { caption: marks.size === 0 ? `The same network as that of ${first?.name}.` : `Marked: what differs from the network of ${first?.name}.` }) } }]
}

function comparisonPictures(runs: readonly ComparedRun[], token: Tokens): ReportPicture[] {
  const summaries = runs.map(({ summary }) => summary)
  const styles = runs.map(({ style }) => style)
  const columns = columnsFor(summaries)
  const axes = firstAxes(summaries, columns).flatMap(id => columns.filter(column => column.id === id)).map(column => parallelAxis(column, summaries))
  const { all, front } = tradeOffs(summaries, 'testError')
  const parallel = { axes, runs: summaries, styles, faded: new Set(), width: Math.max(560, 130 * axes.length), height: 320, label: 'Parallel coordinates', brushes: new Map() }
  const size = { all, front, reported: reportedErrors(summaries), names: runs.map(({ name }) => name), styles, width: 560, height: 340, label: 'Test error against packed size', errorLabel: 'test error at the best epoch' }
  return [
    ...(axes.length > 1 ? [{ title: 'Parameters and figures', svg: drawnSvg(ParallelPicture, parallel, token) }] : []),
    ...(all.length > 0 ? [{ title: 'Test error against packed size', svg: drawnSvg(TradeOffPicture, size, token), caption: 'Ringed and joined by a line: runs that no other beats in both.' }] : []),
  ]
}
