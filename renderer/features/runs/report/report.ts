import { percent, significant } from '../../../../core/architecture/figures.ts'
import { bytesText, counted, grouped } from '../../../../core/architecture/wording.ts'
import type { Project } from '../../../../core/architecture/index.ts'
import type { Columns, RunSummary } from '../../../../main/contract/app/runs.ts'
import type { SettingRow } from '../compare/settings.ts'
import { stateLook } from '../states.ts'
import type { Repetition } from './command.ts'
import { html, picture, type Html } from './html.ts'
import { STYLE } from './style.ts'

/** A picture of the report, made beforehand as SVG that needs nothing from elsewhere. */
export interface ReportPicture {
  /** Empty where the picture has it in itself. */
  readonly title: string
  readonly svg: string
  readonly caption?: string
}

export interface ReportRun {
  readonly summary: RunSummary
  /** Told apart from the others. */
  readonly name: string
  readonly project: Project
  readonly limitTrain: number | null
  readonly epochs: Columns
  readonly repetition: Repetition
  /** How often its rate or number of epochs was changed while it ran. */
  readonly changes: number
  /** Its network. */
  readonly drawing: ReportPicture
}

export interface ReportContent {
  /** When it was made, as ISO. */
  readonly made: string
  /** What it was made with: names and values. */
  readonly environment: readonly (readonly [string, string])[]
  readonly runs: readonly ReportRun[]
  /** Of several runs: the settings in which they differ, in the order of the runs. */
  readonly differences: readonly SettingRow[]
  readonly charts: readonly ReportPicture[]
  /** What papers report. */
  readonly reported: readonly string[]
}

/** More epochs than this are thinned in the table; the last is always there. */
const MOST_ROWS = 60
/** Pixels of a picture that stands beside another. */
const COLUMN = 640

/** One file that needs nothing else: no script, no address, nothing loaded; everything that people named is escaped. */
export function reportHtml(content: ReportContent): string {
  const { runs, charts, differences, environment, reported } = content
  const title = runs.length === 1 ? (runs[0]?.name ?? 'Run') : `${runs.length} runs compared`
  const body = html`
<header><h1>${title}</h1><p class="soft">Bitwright, ${dayAndTime(content.made)}</p></header>
${section('Results', resultsTable(runs), reported.map(text => html`<p class="soft">Reported: ${text}</p>`))}
${runs.length > 1 && section('What differs', differencesTable(runs, differences))}
${charts.length > 0 && section('Figures', html`<div class="pictures">${charts.map(figure)}</div>`)}
${section(runs.length === 1 ? 'Network' : 'Networks', runs.map(run => figure(run.drawing)))}
${section('Epochs', runs.map(run => html`${runs.length > 1 && html`<h3>${run.name}</h3>`}${epochTable(run.epochs)}`))}
${section('Notes', runs.filter(run => run.summary.notes !== '').map(run => html`${runs.length > 1 && html`<h3>${run.name}</h3>`}<p class="notes">${run.summary.notes}</p>`))}
${section('To repeat it', runs.map(run => repeatPart(run, runs.length > 1)))}
${section('Environment', html`<table>${environment.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`)}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${picture(STYLE)}</style>
</head>
<body><main>${body}</main></body>
</html>
`.html
}

function section(title: string, ...parts: readonly (Html | readonly Html[])[]): Html | false {
  const present = parts.flat()
  return present.length > 0 && html`<section><h2>${title}</h2>${present}</section>`
}

function figure({ title, svg, caption }: ReportPicture): Html {
  // What was drawn wider than a column can be read in has the whole width.
  const across = Number(/^\s*<svg[^>]* width="(\d+)/.exec(svg)?.[1] ?? 0) > COLUMN
  return html`<figure${across && html` class="across"`}>${title !== '' && html`<figcaption>${title}</figcaption>`}<div class="picture">${picture(svg)}</div>${caption !== undefined && html`<p class="soft">${caption}</p>`}</figure>`
}

function resultsTable(runs: readonly ReportRun[]): Html {
  return html`<div class="wide"><table><thead><tr><th>Run</th><th>State</th><th>Data set</th><th>Epochs</th><th>Best epoch</th><th>Train error</th><th>Validation error</th><th>Test error</th><th>Top-5 test error</th><th>Binary weights</th><th>Packed</th><th>Adapter</th></tr></thead><tbody>
${runs.map(({ name, summary, limitTrain }) => html`<tr><th>${name}${summary.tags.map(tag => html` <span class="tag">${tag}</span>`)}</th><td>${stateLook(summary).word}</td><td>${summary.dataset}${limitTrain !== null && `, its first ${grouped(limitTrain)} training images`}</td><td class="n">${grouped(summary.epochs)} of ${grouped(summary.epochsWanted)}</td><td class="n">${summary.best?.epoch ?? '-'}</td>
<td class="n">${percent(summary.best?.trainError)}</td><td class="n">${percent(summary.best?.validError)}</td><td class="n">${percent(summary.best?.testError)}</td><td class="n">${percent(summary.best?.testTop5Error)}</td><td class="n">${grouped(summary.binaryParameters)}</td><td class="n">${bytesText(summary.packedBytes)}</td><td>${summary.adapter}</td></tr>
<tr class="id"><td colspan="12">${summary.id}, begun ${dayAndTime(summary.created)}${summary.finished !== null && `, ended ${dayAndTime(summary.finished)}`}${summary.parent !== null && `, forked from ${summary.parent}`}</td></tr>`)}</tbody></table></div>`
}

function differencesTable(runs: readonly ReportRun[], rows: readonly SettingRow[]): Html {
  if (rows.length === 0) return html`<p>The settings are the same.</p>`
  // The longer of the two goes down: a page is higher than wide.
  if (runs.length > rows.length) return html`<div class="wide"><table><thead><tr><th>Run</th>${rows.map(({ label, path }) => html`<th>${label} <span class="soft">${path}</span></th>`)}</tr></thead><tbody>${runs.map(({ name }, at) => html`<tr><th>${name}</th>${rows.map(({ texts }) => html`<td>${texts[at] ?? '—'}</td>`)}</tr>`)}</tbody></table></div>`
  return html`<div class="wide"><table><thead><tr><th>Setting</th>${runs.map(({ name }) => html`<th>${name}</th>`)}</tr></thead><tbody>${rows.map(({ label, path, texts }) => html`<tr><th>${label} <span class="soft">${path}</span></th>${texts.map(text => html`<td>${text ?? '—'}</td>`)}</tr>`)}</tbody></table></div>`
}

const shares = new Set(['trainError', 'validError', 'testError', 'validTop5Error', 'testTop5Error'])
const titles: Readonly<Record<string, string>> = {
  epoch: 'Epoch', step: 'Step', learningRate: 'Learning rate', trainLoss: 'Train loss', trainError: 'Train error', validLoss: 'Validation loss', validError: 'Validation error',
  testLoss: 'Test loss', testError: 'Test error', testTop5Error: 'Test top-5 error', validTop5Error: 'Validation top-5 error',
}

function epochTable(epochs: Columns): Html {
  const names = Object.keys(titles).filter(name => epochs[name]?.some(Number.isFinite))
  const length = epochs['epoch']?.length ?? 0
  if (length === 0) return html`<p class="soft">No epoch has ended.</p>`
  const every = Math.ceil(length / MOST_ROWS)
  const rows = Array.from({ length }, (_, at) => at).filter(at => (length - 1 - at) % every === 0)
  const text = (name: string, at: number): string => {
    const value = epochs[name]?.[at] ?? NaN
    if (!Number.isFinite(value)) return '-'
    return shares.has(name) ? percent(value) : Number.isInteger(value) ? grouped(value) : significant(value)
  }
  return html`<div class="wide"><table><thead><tr>${names.map(name => html`<th class="n">${titles[name]}</th>`)}</tr></thead><tbody>${rows.map(at => html`<tr>${names.map(name => html`<td class="n">${text(name, at)}</td>`)}</tr>`)}</tbody></table></div>${every > 1 && html`<p class="soft">Every ${every}th of ${grouped(length)} epochs.</p>`}`
}

function repeatPart({ name, summary, project, repetition, changes }: ReportRun, named: boolean): Html {
  return html`${named && html`<h3>${name}</h3>`}<pre>${repetition.command}</pre>${repetition.needsProject && html`<p class="soft">project.json is below, and in the folder of the run.</p>`}${summary.parent !== null && html`<p class="soft">The run was forked from a checkpoint of ${summary.parent}; the command begins anew.</p>`}${changes > 0 && html`<p class="soft">While the run was under way its rate or number of epochs was changed ${counted(changes, 'time')}; the command does not do that.</p>`}${summary.epochs < summary.epochsWanted && html`<p class="soft">The run has ended ${counted(summary.epochs, 'epoch')} of ${grouped(summary.epochsWanted)}; the command trains them all.</p>`}
<details><summary>project.json</summary><pre>${JSON.stringify(project, undefined, 2)}</pre></details>`
}

/** In words that no locale changes. */
function dayAndTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
