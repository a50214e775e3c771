import { samplerMain } from './sampler/main.ts'
import { writerMain } from './writer/main.ts'

/** Entry of the bundle that travels to the hosts: `node mmha-drill.cjs writer|sampler`. */
const mode = process.argv[2]
if (mode === 'writer') writerMain()
else if (mode === 'sampler') samplerMain()
else {
  process.stderr.write('usage: mmha-drill writer|sampler\n')
  process.exit(4)
}
