// How fast the cache gives back and takes: `prefix-cache-speed [MEGABYTES]`, in blocks of 256 tokens.
#include "cache-test-kit.h"
#include "keyed-hash.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

using Clock = std::chrono::steady_clock;
using namespace parley;
using namespace parley::test;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void say(const char *what, double megabytes, double seconds) {
    std::printf("%-34s %8.1f ms  %8.0f MB/s\n", what, seconds * 1e3, megabytes / seconds);
}

void measure(size_t megabytes) {
    constexpr size_t block_bytes = 3U << 20U; // 12 KiB a token, as of Qwen2.5 0.5B
    const size_t block_count = megabytes * 1000000 / block_bytes;
    const double total = static_cast<double>(block_count * block_bytes) / 1e6;
    const auto tokens = tokens_from(0, block_count * max_block_tokens);
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.disk_bytes = options.ram_bytes = 8ULL << 30U;
    options.merge = [](const std::vector<BlockSlice> &slices, const CacheBytes *) {
        CacheBytes all;
        all.reserve(slices.size() * block_bytes);
        for (const BlockSlice &slice : slices) {
            all.insert(all.end(), slice.data, slice.data + slice.size);
        }
        return all;
    };
    const CacheBytes one(block_bytes, 3);
    {
        const auto start = Clock::now();
        siphash128({}, one.data(), one.size());
        say("SipHash-2-4-128, one thread", static_cast<double>(block_bytes) / 1e6, seconds_since(start));
    }
    {
        PrefixCache cache(options);
        await_ready(cache);
        std::vector<NewBlock> blocks;
        for (size_t index = 0; index < block_count; index++) {
            blocks.push_back({index * max_block_tokens, (index + 1) * max_block_tokens, one});
        }
        auto start = Clock::now();
        cache.put(PrefixOwner{"chat"}, tokens, tokens.size(), std::move(blocks), std::nullopt);
        say("put, on the caller's thread", total, seconds_since(start));
        start = Clock::now();
        flush(cache);
        say("written, synced and named", total, seconds_since(start));
        for (int round = 0; round < 3; round++) {
            start = Clock::now();
            fetch(cache, *cache.find(tokens, tokens.size()));
            say("fetch from memory, merge included", total, seconds_since(start));
        }
    }
    const auto start = Clock::now();
    PrefixCache cache(options);
    await_ready(cache);
    say("indexed", total, seconds_since(start));
    for (int round = 0; round < 5; round++) {
        const auto begun = Clock::now();
        fetch(cache, *cache.find(tokens, tokens.size()));
        say("fetch from files, verified, merged", total, seconds_since(begun));
    }
}

} // namespace

int main(int count, char **arguments) {
    measure(count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100);
    return 0;
}
