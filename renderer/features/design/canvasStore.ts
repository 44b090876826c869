import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useProject } from '../../stores/project.ts'
import type { Offer, Spot } from './adding.ts'
import { drawingOf } from './drawing.ts'

/** An open list of layers to choose from, and what will be done with the choice. */
export interface Chooser {
  /** Where on the canvas, in its own pixels. */
  readonly x: number
  readonly y: number
  /** Undefined: behind the chosen layer. */
  readonly spot?: Spot
}

/** What the drawing shows just now, besides the document. */
export const useCanvas = defineStore('canvas', () => {
  const project = useProject()
  const drawing = computed(() => drawingOf(project.architecture, project.inference))
  /** From the palette, while it is dragged. */
  const dragged = shallowRef<Offer>()
  const chooser = shallowRef<Chooser>()
  /** The layer from which a connection is being made with the keyboard. */
  const connecting = ref<string>()
  /** Grows when the drawing is to be fitted into sight. */
  const fits = ref(0)

  function fit(): void {
    fits.value++
  }

  return { drawing, dragged, chooser, connecting, fits, fit }
})
