#include "cache-folder.h"
#include "cache-test-kit.h"
#include "test-kit.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/** What a folder may hold and what may happen: always a cold start, never more. */
namespace parley::test {

namespace {

namespace fs = std::filesystem;

const PrefixOwner chat_owner{"chat"};
const std::vector<PrefixToken> chat = tokens_from(0, 700);

/** A folder with a chat of three blocks, closed. */
class StoredChat : public TemporaryFolder {
public:
    StoredChat() {
        PrefixCache store_cache(cache_options(cache()));
        await_ready(store_cache);
        store(store_cache, chat_owner, chat);
    }

    /** How much of the chat comes back; the folder is opened for that. */
    size_t reopened() const {
        PrefixCache opened(cache_options(cache()));
        await_ready(opened);
        return restorable(opened, chat);
    }

    /** The file whose block begins with this token of the chat. */
    fs::path file_of(size_t first_token) const {
        for (const fs::path &path : files_in(cache(), ".state")) {
            const CacheBytes bytes = read_whole(path);
            if (bytes.at(88) + 256 * size_t{bytes.at(89)} == first_token) {
                return path;
            }
        }
        throw CheckFailure("no such file");
    }
};

void run_child(const std::function<void()> &body) {
    const pid_t child = fork();
    if (child == 0) {
        body();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

} // namespace

TEST("a damaged block takes what stands on it along, and leaves what stands before") {
    for (const size_t at : {size_t{20}, size_t{170}, size_t{4000}}) { // the header, a token, the payload
        const StoredChat folder;
        const fs::path middle = folder.file_of(256);
        CacheBytes bytes = read_whole(middle);
        bytes[at] ^= 1;
        write_whole(middle, bytes);
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        // Damage to the payload is seen when it is read.
        const size_t first = restorable(cache, chat);
        CHECK(first == 256 || first == 0);
        CHECK_EQUAL(restorable(cache, chat), size_t{256});
        CHECK_EQUAL(cache.counters().bad_files, uint64_t{1});
        CHECK_EQUAL(store(cache, chat_owner, chat), size_t{444});
        CHECK_EQUAL(restorable(cache, chat), size_t{700});
        flush(cache);
        CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{3});
    }
}

TEST("a truncated file is a cold start") {
    const StoredChat folder;
    fs::resize_file(folder.file_of(0), 1000);
    CHECK_EQUAL(folder.reopened(), size_t{0});
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{0});
}

TEST("a file that vanishes or shrinks while the cache is open is a cold start") {
    const StoredChat folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    const PrefixMatch match = *cache.find(chat, 700);
    fs::resize_file(folder.file_of(512), 3000);
    CHECK(!fetch(cache, match));
    CHECK_EQUAL(restorable(cache, chat), size_t{512});
    fs::remove(folder.file_of(0));
    CHECK_EQUAL(restorable(cache, chat), size_t{0});
    CHECK_EQUAL(restorable(cache, chat), size_t{0});
}

TEST("files of another installation or another model are a cold start") {
    for (const bool is_other_key : {true, false}) {
        const StoredChat folder;
        PrefixCacheOptions options = cache_options(folder.cache());
        (is_other_key ? options.key : options.fingerprint)[3] ^= 1;
        PrefixCache cache(options);
        await_ready(cache);
        CHECK_EQUAL(restorable(cache, chat), size_t{0});
        CHECK_EQUAL(cache.counters().bad_files, uint64_t{4});
        CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{0});
    }
}

TEST("a file of many gigabytes that claims to be a state is refused") {
    const StoredChat folder;
    fs::resize_file(folder.file_of(0), uint64_t{1} << 40U); // sparse
    CHECK_EQUAL(folder.reopened(), size_t{0});
}

TEST("links, folders and pipes in place of files are not followed, not read, and not waited for") {
    const StoredChat folder;
    const fs::path elsewhere = folder.path() / "elsewhere";
    fs::rename(folder.file_of(0), elsewhere);
    fs::create_symlink(elsewhere, fs::path(folder.cache()) / "link.state");
    fs::create_directory(fs::path(folder.cache()) / "folder.state");
    CHECK(mkfifo((fs::path(folder.cache()) / "pipe.state").c_str(), 0600) == 0);
    CHECK_EQUAL(folder.reopened(), size_t{0});
    CHECK(fs::exists(elsewhere));
    CHECK(!fs::exists(fs::symlink_status(fs::path(folder.cache()) / "link.state")));
}

TEST("a folder that is a link is not used") {
    const StoredChat folder;
    const fs::path moved = folder.path() / "moved";
    fs::rename(folder.cache(), moved);
    fs::create_directory_symlink(moved, folder.cache());
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK(!cache.counters().has_disk);
    CHECK_EQUAL(files_in(moved.string(), ".state").size(), size_t{3});
}

TEST("a file in place of the folder leaves a cache in memory") {
    const TemporaryFolder folder;
    fs::create_directory(fs::path(folder.cache()).parent_path());
    std::ofstream(folder.cache()) << "something else";
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK(!cache.counters().has_disk);
    store(cache, chat_owner, chat);
    CHECK_EQUAL(restorable(cache, chat), size_t{700});
}

TEST("other people's files in the folder are left alone") {
    const StoredChat folder;
    const fs::path note = fs::path(folder.cache()) / "note.txt";
    std::ofstream(note) << "mine";
    CHECK_EQUAL(folder.reopened(), size_t{700});
    CHECK(fs::exists(note));
}

TEST("a copy of a file changes nothing, whatever it is called") {
    const StoredChat folder;
    fs::copy_file(folder.file_of(256), fs::path(folder.cache()) / "0copy.state");
    fs::rename(folder.file_of(0), fs::path(folder.cache()) / "renamed.state");
    CHECK_EQUAL(folder.reopened(), size_t{700});
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{3});
}

TEST("blocks whose owner is not known are removed: nobody could forget them") {
    const StoredChat folder;
    fs::remove(files_in(folder.cache(), ".owner").at(0));
    CHECK_EQUAL(folder.reopened(), size_t{0});
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{0});
}

TEST("what does not belong together is a cold start, and is not tried again") {
    const StoredChat folder;
    PrefixCacheOptions options = cache_options(folder.cache());
    options.merge = [](const std::vector<BlockSlice> &, const CacheBytes *) -> CacheBytes {
        throw std::runtime_error("malformed");
    };
    PrefixCache cache(options);
    await_ready(cache);
    CHECK(!fetch(cache, *cache.find(chat, 700)));
    CHECK(!cache.find(chat, 700));
}

TEST("when the disk takes no more, the cache goes on in memory and leaves no half file") {
    const TemporaryFolder folder;
    run_child([&folder] {
        // Writing beyond this fails as on a full disk, half-way through a file.
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{3000, 3000};
        setrlimit(RLIMIT_FSIZE, &limit);
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        store(cache, chat_owner, chat);
        flush(cache);
        const bool is_right = restorable(cache, chat) == 700 && cache.counters().failed_writes > 0 &&
                              files_in(folder.cache(), ".state").empty() &&
                              files_in(folder.cache(), partial_suffix).empty();
        _exit(is_right ? 0 : 1);
    });
}

TEST("when there is room again, the next put writes what failed before") {
    const TemporaryFolder folder;
    run_child([&folder] {
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{3000, RLIM_INFINITY};
        setrlimit(RLIMIT_FSIZE, &limit);
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        store(cache, chat_owner, chat);
        flush(cache);
        limit.rlim_cur = RLIM_INFINITY;
        setrlimit(RLIMIT_FSIZE, &limit);
        store(cache, chat_owner, joined(chat, tokens_from(5000, 5)));
        flush(cache);
    });
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    CHECK_EQUAL(restorable(cache, joined(chat, tokens_from(5000, 5))), size_t{705});
}

TEST("a process killed at any moment of writing leaves a folder that opens, with whole entries only") {
    const TemporaryFolder folder;
    for (int round = 0; round < 30; round++) {
        const pid_t child = fork();
        if (child == 0) {
            PrefixCacheOptions options = cache_options(folder.cache());
            options.write_delay_ms = 0;
            PrefixCache cache(options);
            await_ready(cache);
            for (PrefixToken first = 0;; first += 1000) {
                const PrefixToken start = first + static_cast<PrefixToken>(round) * 1000000;
                store(cache, chat_owner, tokens_from(start, 700));
                flush(cache);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds(5000 + 1700 * round));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        PrefixCache cache(cache_options(folder.cache()));
        await_ready(cache);
        CHECK_EQUAL(cache.counters().bad_files, uint64_t{0});
        CHECK_EQUAL(files_in(folder.cache(), partial_suffix).size(), size_t{0});
        for (PrefixToken first = 0; first < 5000; first += 1000) {
            restorable(cache, tokens_from(first + static_cast<PrefixToken>(round) * 1000000, 700));
        }
    }
}

TEST("what a killed process left half-written is removed at the next start") {
    const StoredChat folder;
    write_whole(fs::path(folder.cache()) / "abc.state.part", CacheBytes(500));
    CHECK_EQUAL(folder.reopened(), size_t{700});
    CHECK_EQUAL(files_in(folder.cache(), partial_suffix).size(), size_t{0});
}

TEST("a second process with the same folder works in memory, and touches nothing") {
    const StoredChat folder;
    PrefixCache cache(cache_options(folder.cache()));
    await_ready(cache);
    run_child([&folder] {
        PrefixCache second(cache_options(folder.cache()));
        await_ready(second);
        const bool is_cold = restorable(second, chat) == 0 && !second.counters().has_disk;
        store(second, PrefixOwner{"other"}, tokens_from(9000, 300));
        flush(second);
        _exit(is_cold && restorable(second, tokens_from(9000, 300)) == 300 ? 0 : 1);
    });
    CHECK_EQUAL(restorable(cache, chat), size_t{700});
    CHECK_EQUAL(files_in(folder.cache(), ".state").size(), size_t{3});
}

TEST("a folder that was open to others is closed to them") {
    const StoredChat folder;
    CHECK(chmod(folder.cache().c_str(), 0777) == 0);
    CHECK_EQUAL(folder.reopened(), size_t{700});
    struct stat status {};
    CHECK(stat(folder.cache().c_str(), &status) == 0);
    CHECK_EQUAL(status.st_mode & 0777U, 0700U);
}

} // namespace parley::test
