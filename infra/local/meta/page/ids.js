// The ids that new customers get.

export function newId(channel, { numberless = false } = {}) {
  if (channel !== "whatsapp") return digits(16);
  return numberless ? `user.${digits(5)}` : `39333${digits(7)}`;
}

export function digits(count) {
  const random = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(random, (byte, place) => (place ? byte % 10 : (byte % 9) + 1)).join("");
}

// WhatsApp's numbers are known without the plus.
export function bare(channel, contact) {
  return channel === "whatsapp" ? contact.trim().replace(/^\+/, "") : contact.trim();
}
