#include "fault.h"

namespace parley {

Fault to_fault(const std::exception_ptr &error) {
    try {
        std::rethrow_exception(error);
    } catch (const Fault &fault) {
        return fault;
    } catch (const std::exception &exception) {
        return Fault("internal", {{"detail", std::string(exception.what())}});
    } catch (...) {
        return Fault("internal", {{"detail", std::string("an unknown exception")}});
    }
}

} // namespace parley
