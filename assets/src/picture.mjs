// Makes pictures upright and smaller before they are sent.
const longest = 2200; // pixels: the letters of a whole A4 page stay readable
const quality = 0.82;
const small = 700 << 10; // bytes that are not worth the work

// orientation reads how a JPEG is to be turned (EXIF tag 0x0112); 1 is upright.
async function orientation(blob) {
  const v = new DataView(await blob.slice(0, 128 << 10).arrayBuffer());
  if (v.byteLength < 4 || v.getUint16(0) !== 0xffd8) {
    return 1;
  }
  for (let at = 2; at + 4 <= v.byteLength && v.getUint8(at) === 0xff; at += 2 + v.getUint16(at + 2)) {
    if (v.getUint8(at + 1) !== 0xe1 || at + 20 > v.byteLength || v.getUint32(at + 4) !== 0x45786966) {
      continue;
    }
    const tiff = at + 10;
    const little = v.getUint16(tiff) === 0x4949;
    const folder = tiff + v.getUint32(tiff + 4, little);
    if (folder + 2 > v.byteLength) {
      return 1;
    }
    const n = v.getUint16(folder, little);
    for (let i = 0; i < n && folder + 14 + i * 12 <= v.byteLength; i++) {
      if (v.getUint16(folder + 2 + i * 12, little) === 0x0112) {
        return v.getUint16(folder + 10 + i * 12, little);
      }
    }
    return 1;
  }
  return 1;
}

const draw = (bitmap, scale) => {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
};

// prepare gives what is to be sent of a file: a picture upright and smaller, or the
// file itself where that is not wanted, not worth it, or not possible.
export async function prepare(file, name, original) {
  const same = { blob: file, name };
  if (original || !/^image\/(jpeg|png|webp)$/.test(file.type)) {
    return same;
  }
  try {
    const turned = (await orientation(file)) > 1;
    if (file.size <= small && !turned) {
      return same;
    }
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const canvas = draw(bitmap, Math.min(1, longest / Math.max(bitmap.width, bitmap.height)));
    bitmap.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob || (blob.size > file.size * 0.9 && !turned)) {
      return same;
    }
    return { blob, name: name.replace(/\.(jpe?g|png|webp)$/i, "") + ".jpg" };
  } catch {
    return same; // the server says what is wrong with it
  }
}

// thumbnail draws what was sent; null where it is no picture.
export async function thumbnail(blob) {
  if (!blob.type.startsWith("image/")) {
    return null;
  }
  try {
    const bitmap = await createImageBitmap(blob);
    const canvas = draw(bitmap, 96 / Math.max(bitmap.width, bitmap.height));
    bitmap.close();
    canvas.className = "bs-files__thumbnail";
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  } catch {
    return null;
  }
}
