import { keepCompiled } from './compiled-code.ts'

// All else is loaded after it, and may be there already compiled.
keepCompiled()
await import('./begin.ts')
