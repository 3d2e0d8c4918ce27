#include "cache-test-kit.h"
#include "prefix-eviction.h"
#include "test-kit.h"

/** Budgets: what goes first, and that nothing becomes unreachable. */
namespace parley::test {

namespace {

const PrefixOwner first_chat{"first chat"};
const PrefixOwner second_chat{"second chat"};

/** One block of the made-up state, and then some for its header. */
constexpr uint64_t block_bytes = 256 * 8;
constexpr uint64_t block_file_bytes = block_bytes + 256 * 8 + 16 + 192;

std::shared_ptr<CachedBlock> block(std::vector<PrefixToken> tokens, size_t bytes, double used_seconds) {
    const auto made = std::make_shared<CachedBlock>();
    made->tokens = std::move(tokens);
    made->used_seconds = used_seconds;
    made->ram = std::make_shared<const CacheBytes>(bytes);
    return made;
}

} // namespace

TEST("larger, older and sooner computed weighs more") {
    constexpr RestorePoints any = RestorePoints::any_token;
    const auto reference = block(tokens_from(0, 10), 1000, 50);
    CHECK(eviction_weight(*block(tokens_from(0, 10), 2000, 50), any, 100) >
          eviction_weight(*reference, any, 100));
    CHECK(eviction_weight(*block(tokens_from(0, 10), 1000, 40), any, 100) >
          eviction_weight(*reference, any, 100));
    CHECK(eviction_weight(*block(tokens_from(0, 5), 1000, 50), any, 100) >
          eviction_weight(*reference, any, 100));
    // A clock that was set back does not make weights negative.
    CHECK(eviction_weight(*reference, any, 0) > 0);
}

TEST("a snapshot close behind another weighs more than one far from any") {
    PrefixTree tree;
    const auto only = block(tokens_from(0, 200), 10, 0);
    CHECK(tree.add(only, nullptr, 0));
    const auto snapshot = [&](uint32_t at) {
        const auto made = std::make_shared<CachedSnapshot>();
        tree.set_ram(*made, std::make_shared<const CacheBytes>(100));
        CHECK(tree.add(made, *only, at));
        return made;
    };
    const auto far = snapshot(150);
    const auto close = snapshot(160);
    CHECK(eviction_weight(*close, RestorePoints::snapshots, 9) >
          eviction_weight(*far, RestorePoints::snapshots, 9));
}

TEST("what was used longest ago leaves memory first, from its end") {
    TestClock clock;
    PrefixCacheOptions options = cache_options("");
    options.ram_bytes = 4 * block_bytes;
    options.now_seconds = clock.reader();
    PrefixCache cache(options);
    await_ready(cache);
    const auto old_chat = tokens_from(0, 512);
    const auto new_chat = tokens_from(10000, 512);
    store(cache, first_chat, old_chat);
    clock.advance(10);
    store(cache, second_chat, new_chat);
    clock.advance(10);
    flush(cache);
    CHECK_EQUAL(restorable(cache, old_chat), size_t{512});
    // Fetching counts as use, so that the second is the older one now.
    store(cache, first_chat, joined(old_chat, tokens_from(5000, 256)));
    flush(cache);
    CHECK_EQUAL(cache.counters().ram_bytes, 4 * block_bytes);
    CHECK_EQUAL(restorable(cache, old_chat), size_t{512});
    CHECK_EQUAL(restorable(cache, new_chat), size_t{256});
}

TEST("a smaller memory budget drops copies of what is on disk, and loses nothing") {
    const TemporaryFolder folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const auto chat = tokens_from(0, 2000);
    store(cache, first_chat, chat);
    flush(cache);
    CHECK(!cache.find(chat, 2000)->is_on_disk);
    cache.set_ram_budget(0);
    flush(cache);
    CHECK_EQUAL(cache.counters().ram_bytes, uint64_t{0});
    CHECK(cache.find(chat, 2000)->is_on_disk);
    CHECK_EQUAL(restorable(cache, chat), size_t{2000});
}

TEST("with no memory budget at all, what is put waits for the disk and is not lost") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.ram_bytes = 0;
    PrefixCache cache(options);
    await_ready(cache);
    store(cache, first_chat, tokens_from(0, 3000));
    flush(cache);
    CHECK_EQUAL(cache.counters().ram_bytes, uint64_t{0});
    CHECK_EQUAL(restorable(cache, tokens_from(0, 3000)), size_t{3000});
}

TEST("the disk stays within its budget, and what is left of a chat is its beginning") {
    const TemporaryFolder folder;
    TestClock clock;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.disk_bytes = 6 * block_file_bytes;
    options.now_seconds = clock.reader();
    const auto old_chat = tokens_from(0, 5 * 256);
    const auto new_chat = tokens_from(10000, 4 * 256);
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, old_chat);
        flush(cache);
        clock.advance(100);
        store(cache, second_chat, new_chat);
        flush(cache);
        CHECK(cache.counters().disk_bytes <= options.disk_bytes);
    }
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(cache.counters().disk_bytes, 6 * block_file_bytes);
    CHECK_EQUAL(restorable(cache, new_chat), size_t{4 * 256});
    CHECK_EQUAL(restorable(cache, old_chat), size_t{2 * 256});
}

TEST("a smaller disk budget at the next start is kept to") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, tokens_from(0, 5 * 256));
    }
    options.disk_bytes = 2 * block_file_bytes;
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(restorable(cache, tokens_from(0, 5 * 256)), size_t{2 * 256});
    flush(cache);
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{2});
}

TEST("a disk budget of 0 removes what an earlier start left, owners too") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, tokens_from(0, 500));
    }
    options.disk_bytes = 0;
    PrefixCache cache(options);
    await_ready(cache);
    CHECK_EQUAL(files_in(folder.cache(), ".state").size() + files_in(folder.cache(), ".owner").size(),
                size_t{0});
}

TEST("a day's writes end at their limit, also after a restart, and go on the next day") {
    const TemporaryFolder folder;
    TestClock clock;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.write_bytes_per_day = 2 * block_file_bytes;
    options.now_seconds = clock.reader();
    const auto chat = tokens_from(0, 5 * 256);
    {
        PrefixCache cache(options);
        await_ready(cache);
        store(cache, first_chat, chat);
        flush(cache);
        CHECK_EQUAL(cache.counters().disk_bytes, 2 * block_file_bytes);
        CHECK_EQUAL(restorable(cache, chat), size_t{5 * 256}); // the rest is in memory still
    }
    PrefixCache cache(options);
    await_ready(cache);
    store(cache, first_chat, chat);
    flush(cache);
    CHECK_EQUAL(cache.counters().disk_bytes_written, uint64_t{0});
    clock.advance(86400);
    store(cache, first_chat, chat);
    flush(cache);
    CHECK_EQUAL(cache.counters().disk_bytes, 4 * block_file_bytes);
}

TEST("a state larger than the disk budget stays in memory") {
    const TemporaryFolder folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.disk_bytes = 1000;
    PrefixCache cache(options);
    await_ready(cache);
    store(cache, first_chat, tokens_from(0, 256));
    flush(cache);
    CHECK_EQUAL(cache.counters().disk_bytes, uint64_t{0});
    CHECK_EQUAL(restorable(cache, tokens_from(0, 256)), size_t{256});
}

} // namespace parley::test
