"""WAV files with a tone in them, and which tone a WAV file holds."""
import array
import math
import wave


def write_tone(path, hz, seconds, rate=8000, level=0.4, channels=1):
    samples = array.array("h", (round(32767 * level * math.sin(2 * math.pi * hz * n / rate)) for n in range(int(seconds * rate)) for _ in range(channels)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())


def read_samples(path, channel=0):
    """(samples of a channel, rate) of a 16-bit file; None while its recorder has not finished it."""
    try:
        with wave.open(str(path), "rb") as source:
            channels, rate, frames = source.getnchannels(), source.getframerate(), source.readframes(source.getnframes())
            assert source.getsampwidth() == 2, f"{path}: 16-bit samples are expected"
    except (wave.Error, EOFError):
        return None
    if not frames:
        return None
    samples = array.array("h")
    samples.frombytes(frames[:len(frames) // 2 * 2])
    return samples[channel::channels], rate


def goertzel(samples, rate, hz):
    """The share of the signal's power that lies at `hz`, 0 to 1."""
    power = sum(s * s for s in samples)
    if power == 0:
        return 0.0
    coefficient = 2 * math.cos(2 * math.pi * hz / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    at = last * last + before * before - coefficient * last * before
    return 2 * at / (len(samples) * power)


def seconds_with_tone(samples, rate, hz, share=0.5, loud=300):
    """How many seconds hold mostly that tone, in steps of 100 ms; quieter than `loud` (mean amplitude) does not count."""
    step = rate // 10
    count = 0
    for at in range(0, len(samples) - step + 1, step):
        block = samples[at:at + step]
        if sum(map(abs, block)) / step >= loud and goertzel(block, rate, hz) >= share:
            count += 1
    return count / 10
