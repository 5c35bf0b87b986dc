import { ReportRequest } from './reportRequest.js';
import { ended } from './session.js';

export async function loadReport(number) {
  const request = new ReportRequest(`Report ${number}`);
  ended.then(() => request.cancel());
  await request.done;
  return { title: request.title, rows: request.rows };
}
