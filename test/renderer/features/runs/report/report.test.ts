import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetNamed } from '../../../../../core/architecture/index.ts'
import { repetitionOf } from '../../../../../renderer/features/runs/report/command.ts'
import { reportHtml, type ReportContent, type ReportRun } from '../../../../../renderer/features/runs/report/report.ts'
import { epoch, summary } from '../summaries.ts'

const digits = presetNamed('digits')
const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"/></svg>'

function run(id: string, of: Partial<ReportRun['summary']> = {}): ReportRun {
  return {
    summary: summary({ id, best: epoch({ testError: 0.0321 }), ...of }), name: of.name ?? id, project: digits, limitTrain: 1500, repetition: repetitionOf(digits, 1500), changes: 0, drawing: { title: id, svg },
    epochs: { epoch: Float64Array.of(1, 2), trainLoss: Float64Array.of(1.5, 0.25), testError: Float64Array.of(0.25, 0.0321), validError: Float64Array.of(NaN, NaN) },
  }
}

function content(of: Partial<ReportContent> = {}): ReportContent {
  return { made: '2026-11-25T12:34:56.000Z', environment: [['adapter', 'llvmpipe']], runs: [run('a')], differences: [], charts: [{ title: 'Loss', svg }], reported: [], ...of }
}

/** Tags with their attributes, as a plain reading of the text finds them. */
function tags(text: string): string[] {
  return text.match(/<[a-z!/][^>]*>/gi) ?? []
}

describe('a report', () => {
  it('says what came of a run, epoch by epoch, and how to repeat it', () => {
    const text = reportHtml(content())
    for (const part of ['3.21 %', '25.00 %', '0.2500', 'llvmpipe', '2026-11-25 12:34 UTC', 'its first 1,500 training images', 'npm run bitwright -- train digits --limit-train 1500', '&quot;learningRate&quot;']) expect(text).toContain(part)
    expect(text).not.toContain('<th class="n">Validation error</th>')
    expect(text.split(svg)).toHaveLength(3)
  })

  it('asks nothing of the network and runs no script', () => {
    const text = reportHtml(content({ runs: [run('a'), run('b')], differences: [{ path: 'recipe.seed', section: 'Start', label: 'Seed', texts: ['1', '2'] }] }))
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    for (const tag of tags(text)) {
      expect(tag).not.toMatch(/^<(script|link|img|iframe|object|embed|base|form|a)\b/i)
      expect(tag).not.toMatch(/\b(src|href|srcset|action|on\w+)\s*=/i)
    }
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/)
  })

  it('shows what people named as text, whatever it is', () => {
    const nasty = fc.oneof(fc.string(), fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "</style><svg onload='x'>", '&lt;b&gt;'))
    const plain = tags(reportHtml(content({ runs: [run('a', { name: 'n', notes: 'n', tags: ['n'] }), run('b')], reported: ['n'], differences: [{ path: 'n', section: '', label: 'n', texts: ['n', undefined] }], charts: [{ title: 'n', svg, caption: 'n' }] })))
    fc.assert(fc.property(nasty, text => {
      fc.pre(text !== '')
      const made = reportHtml(content({ runs: [run('a', { name: text, notes: text, tags: [text] }), run('b')], reported: [text], differences: [{ path: text, section: '', label: text, texts: [text, undefined] }], charts: [{ title: text, svg, caption: text }] }))
      expect(tags(made)).toEqual(plain)
    }))
  })

  it('has a row for each of many runs, and for each of many settings of few', () => {
    const rows = ['one', 'two', 'three'].map(path => ({ path, section: '', label: path, texts: ['1', '2', '3', '4'] }))
    const headOf = (runs: readonly string[], differences = rows): string => /What differs.*?<tr>(.*?)<\/tr>/s.exec(reportHtml(content({ runs: runs.map(id => run(id)), differences })))?.[1] ?? ''
    expect(headOf(['a', 'b', 'c', 'd'])).toContain('three')
    expect(headOf(['a', 'b'])).toBe('<th>Setting</th><th>a</th><th>b</th>')
  })

  it('says of a run that ended early that the command goes on, and gives a wide picture the whole width', () => {
    const early = 'The run has ended 2 epochs of 5; the command trains them all.'
    expect(reportHtml(content({ runs: [run('a', { epochs: 2, epochsWanted: 5 })] }))).toContain(early)
    expect(reportHtml(content({ runs: [run('a', { epochs: 5, epochsWanted: 5 })] }))).not.toContain('The run has ended')
    expect(reportHtml(content({ runs: [{ ...run('a'), changes: 2 }] }))).toContain('was changed 2 times; the command does not do that.')
    expect(reportHtml(content())).not.toContain('was changed')
    const wide = reportHtml(content({ charts: [{ title: 'wide', svg: svg.replace('<svg', '<svg width="900"') }, { title: 'narrow', svg: svg.replace('<svg', '<svg width="560"') }] }))
    expect(wide.match(/<figure[^>]*>/g)?.slice(0, 2)).toEqual(['<figure class="across">', '<figure>'])
  })

  it('thins the epochs of long runs and keeps the last', () => {
    const long = { ...run('a'), epochs: { epoch: Float64Array.from({ length: 500 }, (_, at) => at + 1), trainLoss: Float64Array.from({ length: 500 }, (_, at) => 1 / (at + 1)) } }
    const text = reportHtml(content({ runs: [long] }))
    expect(text.match(/<tr><td class="n">/g)?.length).toBeLessThanOrEqual(60)
    expect(text).toContain('<td class="n">500</td>')
    expect(text).toContain('Every 9th of 500 epochs')
  })

  it('keeps the name of a section for what is there', () => {
    expect(reportHtml(content())).not.toContain('<h2>Notes</h2>')
    expect(reportHtml(content({ runs: [run('a', { notes: 'second try\n& last' })] }))).toContain('<p class="notes">second try\n&amp; last</p>')
  })
})
