import { disasters } from './scenarios/disasters.ts'

disasters('mysql-9.7')
