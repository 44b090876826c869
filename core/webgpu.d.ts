/// <reference types="@webgpu/types" />

/**
 * The DOM names that the WebGPU types mention and that neither ECMAScript nor Node declares. Left undeclared they would
 * become `any` without a word (skipLibCheck), and buffer writes would take anything. Images and canvases are no part of
 * computing, so they are `never`: passing one is an error.
 */

type BufferSource = ArrayBuffer | ArrayBufferView

interface EventInit {
  bubbles?: boolean
  cancelable?: boolean
}
interface EventListenerOptions {
  capture?: boolean
}
interface AddEventListenerOptions extends EventListenerOptions {
  once?: boolean
  passive?: boolean
}
type EventListenerOrEventListenerObject = (event: Event) => void

type ImageBitmap = never
type ImageData = never
type HTMLImageElement = never
type VideoFrame = never
type PredefinedColorSpace = never
