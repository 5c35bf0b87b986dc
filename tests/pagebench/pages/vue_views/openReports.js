/** What is open, to refresh it when the network is back. */
export const openReports = new Map();

window.addEventListener('online', () => {
  for (const report of openReports.values()) report.update();
});
