let log = '';
function unit(i) { log += `request number ${i} from 10.0.0.${i % 256} took ${i * 3} milliseconds, status 200\n`; }
