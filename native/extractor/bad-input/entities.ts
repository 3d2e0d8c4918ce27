/** Doctypes that would read a file of this machine, or grow without end, if they were followed. */

export const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
export const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, at) => `<!ENTITY a${at + 1} "&a${at === 0 ? '' : at};&a${at === 0 ? '' : at};">`).join('')}]>`;
