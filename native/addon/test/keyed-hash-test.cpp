#include "keyed-hash.h"
#include "test-kit.h"

#include <string>
#include <string_view>
#include <vector>

namespace parley::test {

namespace {

template <size_t count> std::string hex(const std::array<uint8_t, count> &bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string hmac_hex(const std::string &key, const std::string &message) {
    return hex(hmac_sha256(key.data(), key.size(), message.data(), message.size()));
}

std::string siphash_hex(size_t length) {
    SipKey key{};
    for (size_t index = 0; index < key.size(); index++) {
        key[index] = static_cast<uint8_t>(index);
    }
    std::vector<uint8_t> message(length);
    for (size_t index = 0; index < length; index++) {
        message[index] = static_cast<uint8_t>(index);
    }
    return hex(siphash128(key, message.data(), message.size()));
}

} // namespace

TEST("SHA-256 gives the values of FIPS 180-4") {
    CHECK_EQUAL(hex(sha256("abc", 3)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const std::string longer = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    CHECK_EQUAL(hex(sha256(longer.data(), longer.size())),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK_EQUAL(hex(sha256("", 0)), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST("HMAC-SHA256 gives the values of RFC 4231") {
    CHECK_EQUAL(hmac_hex(std::string(20, '\x0b'), "Hi There"),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK_EQUAL(hmac_hex("Jefe", "what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK_EQUAL(hmac_hex(std::string(20, '\xaa'), std::string(50, '\xdd')),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    CHECK_EQUAL(hmac_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK_EQUAL(hmac_hex(std::string(131, '\xaa'),
                         "This is a test using a larger than block-size key and a larger than block-size "
                         "data. The key needs to be hashed before being used by the HMAC algorithm."),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST("SipHash-2-4-128 gives the values of its authors' vectors") {
    CHECK_EQUAL(siphash_hex(0), "a3817f04ba25a8e66df67214c7550293");
    CHECK_EQUAL(siphash_hex(1), "da87c1d86b99af44347659119b22fc45");
    CHECK_EQUAL(siphash_hex(7), "a1f1ebbed8dbc153c0b84aa61ff08239");
    CHECK_EQUAL(siphash_hex(8), "3b62a9ba6258f5610f83e264f31497b4");
    CHECK_EQUAL(siphash_hex(15), "5493e99933b0a8117e08ec0f97cfc3d9");
    CHECK_EQUAL(siphash_hex(63), "5150d1772f50834a503e069a973fbd7c");
}

TEST("secrets are compared to their last byte") {
    const std::string secret(32, 's');
    for (size_t index = 0; index < secret.size(); index++) {
        std::string other = secret;
        other[index] = 't';
        CHECK(!is_equal_secretly(secret.data(), other.data(), secret.size()));
    }
    CHECK(is_equal_secretly(secret.data(), std::string(32, 's').data(), secret.size()));
}

} // namespace parley::test
