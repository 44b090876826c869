import { percent } from '../../../../core/architecture/figures.ts'
import { bytesText, grouped } from '../../../../core/architecture/wording.ts'
import { changeText, type RunEvent } from './curves.ts'

/** An event of a run's history in words, and whether the run made that step again later. */
export function eventText(event: RunEvent): string {
  return `${happened(event)}${event.undone === true ? '; made again later' : ''}`
}

/** One of a kind that is not known says its kind. */
function happened(event: RunEvent): string {
  const { kind, file, step, bytes } = event
  const where = typeof step === 'number' ? ` at step ${grouped(step)}` : ''
  switch (kind) {
    case 'state': return `${String(event['state'])}${typeof event['reason'] === 'string' ? `: ${event['reason']}` : ''}`
    case 'checkpoint': return `checkpoint ${String(file)}${where}${typeof bytes === 'number' ? `, ${bytesText(bytes)}` : ''}`
    case 'resume': return `went on from ${typeof file === 'string' ? file : 'the beginning'}${where}, on ${String(event['adapter'])}`
    case 'best': return `best so far: epoch ${String(event['epoch'])}, ${percent(Number(event['validError']))} of the images held out wrong`
    case 'change': return `changed to ${changeText(event)}${where}`
    case 'warning': return String(event['message'])
    default: return `${kind}${where}`
  }
}
