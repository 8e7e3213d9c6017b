// Reads QR codes from the camera: with the browser's own detector, or with jsQR where it has none.

const LIBRARY = "./jsqr-1.4.0.js";
const PAUSE_MS = 120;
// A phone's picture is larger than a code needs.
const WIDEST = 640;

// Fetched while there is a line.
const reading = choose();
reading.catch(() => {});

/** Show the camera's picture and call `found` with each code that is seen; throws without one. */
export async function watch(video, found) {
  const wanted = { video: { facingMode: "environment" }, audio: false };
  video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
  await video.play();
  const read = await reading;
  for (;;) {
    const code = await read(video);
    if (code) await found(code);
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}

async function choose() {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats()) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  await import(LIBRARY);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    return globalThis.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  };
}
