#include "vector-store.h"

#include "fault.h"
#include "vector-math.h"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

Fault broken_file(const std::string &path, VectorFault fault) {
    return Fault("vectors.broken", {{"path", path}, {"fault", std::string(name_of(fault))}});
}

VectorHeader open_header(DiskFile &file, uint32_t dimensions) {
    const uint64_t file_bytes = file.size();
    if (file_bytes == 0) {
        const VectorHeader header = {dimensions, 0};
        const VectorHeaderBytes bytes = write_vector_header(header);
        try {
            file.write(0, bytes.data(), bytes.size());
        } catch (...) {
            file.cut(0); // a part of a header would be refused for ever
            throw;
        }
        return header;
    }
    VectorHeaderBytes bytes{};
    file.read(0, bytes.data(), static_cast<size_t>(std::min<uint64_t>(file_bytes, bytes.size())));
    VectorHeader header;
    VectorFault fault = read_vector_header(bytes, file_bytes, header);
    if (fault == VectorFault::none && header.dimensions != dimensions) {
        fault = VectorFault::dimensions;
    }
    if (fault != VectorFault::none) {
        throw broken_file(file.path(), fault);
    }
    const uint64_t counted_bytes = VectorLayout(dimensions).file_bytes(header.row_count);
    if (file_bytes > counted_bytes) {
        file.cut(counted_bytes);
    }
    return header;
}

} // namespace

VectorSnapshot::VectorSnapshot(std::shared_ptr<VectorStore> store, std::shared_ptr<const FileMapping> mapping,
                               uint64_t row_count)
    : store_(std::move(store)), mapping_(std::move(mapping)), row_count_(row_count) {
}

VectorSnapshot::~VectorSnapshot() {
    mapping_.reset();
    store_->leave();
}

const float *VectorSnapshot::scales(uint64_t block) const {
    return reinterpret_cast<const float *>(mapping_->bytes() + store_->layout().block_offset(block));
}

const int8_t *VectorSnapshot::rows(uint64_t block) const {
    return reinterpret_cast<const int8_t *>(scales(block) + vector_block_rows);
}

std::shared_ptr<VectorStore> VectorStore::open(const std::string &path, uint32_t dimensions) {
    std::unique_ptr<DiskFile> file = DiskFile::open(path);
    const VectorHeader header = open_header(*file, dimensions);
    return std::make_shared<VectorStore>(std::move(file), header);
}

VectorStore::VectorStore(std::unique_ptr<DiskFile> file, const VectorHeader &header)
    : path_(file->path()), layout_(header.dimensions), file_(std::move(file)), header_(header) {
}

uint64_t VectorStore::row_count() const {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    return header_.row_count;
}

void VectorStore::refuse(VectorFault fault) const {
    throw broken_file(path_, fault);
}

std::shared_ptr<VectorAppend> VectorStore::add(std::vector<float> vectors) {
    auto append = std::make_shared<VectorAppend>();
    append->vectors = std::move(vectors);
    const std::lock_guard<std::mutex> lock(state_mutex_);
    if (is_closed_) {
        throw Fault("cancelled");
    }
    line_.push_back(append);
    return append;
}

uint64_t VectorStore::finish(VectorAppend &append) {
    const std::lock_guard<std::mutex> lock(file_mutex_);
    // Pool threads start in any order, so whoever comes first writes what was put in line before.
    while (!append.is_done) {
        write_next();
    }
    if (append.error) {
        std::rethrow_exception(append.error);
    }
    return append.first_row;
}

void VectorStore::write_next() {
    std::shared_ptr<VectorAppend> append;
    {
        const std::lock_guard<std::mutex> lock(state_mutex_);
        append = line_.front();
        line_.pop_front();
    }
    append->first_row = row_count();
    try {
        write_rows(append->vectors);
    } catch (...) {
        append->error = std::current_exception();
    }
    append->vectors = {};
    append->is_done = true;
}

void VectorStore::write_rows(const std::vector<float> &vectors) {
    // Only here does the count change, and `file_mutex_` is held: no need to hold the other one.
    const uint64_t first = header_.row_count;
    const uint64_t end = first + vectors.size() / header_.dimensions;
    if (end > max_vector_rows) {
        throw Fault("vectors.failed", {{"path", path_}, {"reason", std::string("too many rows")}});
    }
    if (end == first) {
        return;
    }
    for (uint64_t row = first; row < end;) {
        const uint64_t block_end = (row / vector_block_rows + 1) * vector_block_rows;
        const auto count = static_cast<size_t>(std::min(end, block_end) - row);
        write_block(vectors.data() + (row - first) * header_.dimensions, row, count);
        row += count;
    }
    file_->sync();
    const VectorHeader header = {header_.dimensions, end};
    const VectorHeaderBytes bytes = write_vector_header(header);
    file_->write(0, bytes.data(), bytes.size());
    const std::lock_guard<std::mutex> lock(state_mutex_);
    header_ = header;
}

void VectorStore::write_block(const float *vectors, uint64_t first_row, size_t row_count) {
    const size_t row_bytes = layout_.row_bytes();
    const auto first = static_cast<size_t>(first_row % vector_block_rows);
    std::vector<uint8_t> block(layout_.block_bytes());
    auto *scales = reinterpret_cast<float *>(block.data());
    auto *rows = reinterpret_cast<int8_t *>(scales + vector_block_rows);
    for (size_t row = 0; row < row_count; row++) {
        scales[first + row] = quantize_vector(vectors + row * header_.dimensions, header_.dimensions,
                                              rows + (first + row) * row_bytes);
    }
    const uint64_t offset = layout_.block_offset(first_row / vector_block_rows);
    if (first == 0) {
        file_->write(offset, block.data(), block.size());
        return;
    }
    // Rows before these are counted already: they are never written again.
    constexpr size_t scales_bytes = vector_block_rows * sizeof(float);
    file_->write(offset + first * sizeof(float), scales + first, row_count * sizeof(float));
    file_->write(offset + scales_bytes + first * row_bytes, rows + first * row_bytes, row_count * row_bytes);
}

std::shared_ptr<VectorSnapshot> VectorStore::snapshot() {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    if (is_closed_) {
        throw Fault("cancelled");
    }
    const auto wanted_bytes = static_cast<size_t>(layout_.file_bytes(header_.row_count));
    if (!mapping_ || mapping_->length() < wanted_bytes) {
        mapping_ = file_->map(wanted_bytes);
    }
    auto snapshot = std::make_shared<VectorSnapshot>(shared_from_this(), mapping_, header_.row_count);
    snapshot_count_++;
    return snapshot;
}

void VectorStore::leave() {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    snapshot_count_--;
    left_.notify_all();
}

void VectorStore::begin_close() {
    const std::lock_guard<std::mutex> lock(state_mutex_);
    is_closed_ = true;
}

void VectorStore::finish_close() {
    const std::lock_guard<std::mutex> file_lock(file_mutex_);
    while (!line_.empty()) {
        write_next();
    }
    std::unique_lock<std::mutex> state_lock(state_mutex_);
    left_.wait(state_lock, [this] { return snapshot_count_ == 0; });
    mapping_.reset();
    file_.reset();
}

} // namespace parley
