#pragma once

#include "vector-disk-file.h"
#include "vector-format.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace parley {

class VectorStore;

/** The rows there were at one moment, mapped. Rows appended later do not show. Any thread. */
class VectorSnapshot {
public:
    VectorSnapshot(std::shared_ptr<VectorStore> store, std::shared_ptr<const FileMapping> mapping,
                   uint64_t row_count);
    VectorSnapshot(const VectorSnapshot &) = delete;
    VectorSnapshot &operator=(const VectorSnapshot &) = delete;
    ~VectorSnapshot();

    uint64_t row_count() const { return row_count_; }
    const VectorStore &store() const { return *store_; }
    /** 64 scales. The mapping begins at a page, so they are aligned. */
    const float *scales(uint64_t block) const;
    /** 64 rows, of which the last ones may be beyond `row_count`. */
    const int8_t *rows(uint64_t block) const;

private:
    std::shared_ptr<VectorStore> store_;
    std::shared_ptr<const FileMapping> mapping_;
    uint64_t row_count_;
};

/** Vectors that wait to be written, and what became of them. */
struct VectorAppend {
    std::vector<float> vectors;
    bool is_done = false;
    uint64_t first_row = 0;
    std::exception_ptr error;
};

/**
 * An append-only file of int8 vectors. Rows are written and synced before the header counts them, so a kill
 * or a power cut at any moment leaves the rows that were counted. Deleting is the filter's business: who
 * uses this keeps records of what the rows stand for, and a second account of which ones live could only
 * disagree with them. `add`, `snapshot` and `begin_close` may be called on the JavaScript thread: they do
 * not wait for the disk. `finish` and `finish_close` do.
 */
class VectorStore : public std::enable_shared_from_this<VectorStore> {
public:
    /**
     * Opens the file, or makes it. Cuts off what a write that never ended left behind the last row.
     * @throws Fault `vectors.broken`, `vectors.in-use`, `vectors.failed`, `storage.full`
     */
    static std::shared_ptr<VectorStore> open(const std::string &path, uint32_t dimensions);
    VectorStore(std::unique_ptr<DiskFile> file, const VectorHeader &header);
    VectorStore(const VectorStore &) = delete;
    VectorStore &operator=(const VectorStore &) = delete;

    uint32_t dimensions() const { return header_.dimensions; }
    const VectorLayout &layout() const { return layout_; }
    uint64_t row_count() const;

    /** Puts vectors in line; rows get their ids in the order of these calls. @throws Fault `cancelled` */
    std::shared_ptr<VectorAppend> add(std::vector<float> vectors);
    /**
     * Writes what is in line up to and including `append`; returns its first row.
     * @throws Fault `storage.full`, `vectors.failed`: then none of its rows are there
     */
    uint64_t finish(VectorAppend &append);

    /** @throws Fault `cancelled`, `vectors.failed` */
    std::shared_ptr<VectorSnapshot> snapshot();

    /** From here on `add` and `snapshot` are refused. */
    void begin_close();
    /** Writes what is in line, waits until no snapshot is left, closes the file. Safe to call twice. */
    void finish_close();

    /** @throws Fault `vectors.broken` about this file, always */
    [[noreturn]] void refuse(VectorFault fault) const;

private:
    friend class VectorSnapshot;

    void write_next();
    void write_rows(const std::vector<float> &vectors);
    void write_block(const float *vectors, uint64_t first_row, size_t row_count);
    void leave();

    const std::string path_;
    const VectorLayout layout_;
    /** Held while the file is written. Taken before `state_mutex_`. */
    std::mutex file_mutex_;
    /** Guards everything below; never held while the disk is waited for. */
    mutable std::mutex state_mutex_;
    std::condition_variable left_;
    std::unique_ptr<DiskFile> file_;
    VectorHeader header_;
    std::shared_ptr<const FileMapping> mapping_;
    std::deque<std::shared_ptr<VectorAppend>> line_;
    size_t snapshot_count_ = 0;
    bool is_closed_ = false;
};

} // namespace parley
