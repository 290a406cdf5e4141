/** The one door to the Region table. */
export { decide, KNOWN_REGIONS, type Question, type Ruling } from './decide.ts';
export { nearestTo } from './nearest.ts';
export { type Partition, partitionOf } from './partition.ts';
export { type Decision, type Operation, type Platform, type Row, TABLE } from './table.ts';
