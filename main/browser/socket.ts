import { parseAs } from '../../core/architecture/project.ts'
import { BitwrightError } from '../../core/errors.ts'
import type { WebSocket } from 'ws'
import { decodeFrame, encodeFrame } from '../contract/app/frames.ts'
import { AskSchema, type Tell } from '../contract/app/messages.ts'
import { faultOf } from '../contract/faults.ts'
import type { Workbench } from '../services/app/workbench.ts'

/** The longest message: a project of the longest text there may be, or a piece of an upload, with room to spare. */
export const MAX_MESSAGE_BYTES = 24 * 2 ** 20
/** Questions of one page that wait for an answer. */
const MAX_UNANSWERED = 256
/** A page that does not take what it is sent is let go before it fills the memory. */
const MAX_UNSENT_BYTES = 256 * 2 ** 20

/** Close codes of RFC 6455, section 7.4.1. */
const UNSUPPORTED = 1003
const POLICY = 1008

/** Speaks the contract with one page until it goes. What is not of the contract ends the connection: our own page sends nothing else. */
export function serveSocket(socket: WebSocket, workbench: Workbench): void {
  let unanswered = 0
  const send = (message: Tell): void => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) {
      refuse(`a page took nothing of what it was sent; ${socket.bufferedAmount} bytes are waiting`, POLICY)
      return
    }
    socket.send(encodeFrame(message))
  }
  const refuse = (why: string, code: number): void => {
    workbench.log.add('warning', 'host', `a connection was ended: ${why}`)
    socket.close(code, why.slice(0, 100))
    // Whoever does not answer that is cut off.
    setTimeout(() => socket.terminate(), 1000).unref()
  }
  const connection = workbench.connect((event, data) => send({ event, data }))

  socket.on('message', (data: unknown, isBinary: boolean) => {
    if (!isBinary || !Buffer.isBuffer(data)) {
      refuse('expected a frame of bytes, found text', UNSUPPORTED)
      return
    }
    let asked
    try {
      asked = parseAs(AskSchema, decodeFrame(data, 'a message of the page'), 'a message of the page')
    } catch (error) {
      refuse(`malformed message: ${faultOf(error).what}`, POLICY)
      return
    }
    const { id, route, input } = asked
    if (unanswered >= MAX_UNANSWERED) {
      send({ id, answer: { fault: faultOf(new BitwrightError({ what: `expected at most ${MAX_UNANSWERED} questions at once, found more`, remedy: 'wait for answers' })) } })
      return
    }
    unanswered++
    void connection.ask(route, input).then(answer => {
      unanswered--
      send({ id, answer })
    })
  })
  // Such as one larger than allowed: ws ends the connection itself.
  socket.on('error', error => workbench.log.add('warning', 'host', `a connection was ended: ${error.message}`))
  socket.on('close', () => connection.close())
}
