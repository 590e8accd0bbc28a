//! Key pairs, for these tests only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// An RSA and an EC key pair: private parts in DER and base64, public ones as in
/// a JSON Web Key.
pub(crate) struct KeyPair {
    rsa: &'static str,
    n: &'static str,
    ec: &'static str,
    x: &'static str,
    y: &'static str,
}

impl KeyPair {
    /// By its name, which is its key id too.
    pub(crate) fn of(name: &str) -> &'static Self {
        &PAIRS.iter().find(|(known, _)| *known == name).unwrap().1
    }

    pub(crate) fn private(&self, algorithm: Algorithm) -> EncodingKey {
        let der = |text: &str| STANDARD.decode(text).unwrap();
        match algorithm {
            Algorithm::RS256 => EncodingKey::from_rsa_der(&der(self.rsa)),
            _ => EncodingKey::from_ec_der(&der(self.ec)),
        }
    }

    /// Its public parts, as a chat publishes them.
    pub(crate) fn published(&self, id: &str) -> [Value; 2] {
        [
            json!({ "kty": "RSA", "kid": id, "use": "sig", "n": self.n, "e": "AQAB",
                    "endorsements": ["msteams"] }),
            json!({ "kty": "EC", "kid": id, "crv": "P-256", "x": self.x, "y": self.y }),
        ]
    }
}

#[rustfmt::skip]
const PAIRS: [(&str, KeyPair); 3] = [
    ("old", KeyPair {
        rsa: "MIIEpAIBAAKCAQEA5gJGnlES215PzeN0L8/QmqFOaGftCqaZ4kkGPC3ewCgtWAQz30MX4jcJMVsJz2tIj4Z68/sRP43rxHmBXT0Lmcqy9Mqgmhs31sffXjQbwcJiUU/egWNEHoGROUoHRu+WcvZvylownGl+CT1m6GVH545oy78tqeKCaz9zsRDd3/0zCP9SXhqouDDpOE76YWL1teVtuxeY3bUC4W2ACrsyLvYHlkLcLiTMFkNIt4GT44P3pySTeYBVZWQttiMH52LUtwj57HrSU9EaZA/Ze6pA3pA46ORyULQl8MLvHQes0LcPovP8w08pbVM/yLLCrsE3qeZYPF/lrEBegzNfyE6fTwIDAQABAoIBAAeE8ocRcnLeefBqq602d4TemiAaqaqr+KLnrT8BZuNUTOswM/vsBxdboj7NUZxIzxX2GQXp4s33l0oUiNCiAsOT11beWvK+ygwI+7nqLTAf6TPsTwNe2ea/aJ59V5CPm5UFjnEIksdCQZ8OtVMKoJem1bE3fkgsAgR8jg0vVnmQjyFVEZzU9GcH6I2dcgYf+QPSp9yM5E5evAA9a4HNZqkozU1LWFdfjJhNWB0BfwrxtoC+GdIBl6BtTjyzZqHWy11nf3cUgg3BLuCueQ49QZ29Z1HJQkiVwZDJbIzKlz2EJZQrVmCjRpwg/Gf8c5sQP5PLkK9/g4Ra9D1Vq10jZvkCgYEA9B0Mz2zBV6VJvsjeieL/j5nlASBp4ndmHDRlPogVo3mdlg1igReTaMkW9EHJQ3cjkEzDiU5y70lUcy39ArCNFjJhIZ2KvETH5jjZVMLbKVR/c3ImjZsjScv9b7qMF0491cJ4b/oCj1IOfpxKx0cTFvRJiDOWnmQ0Bbaayin0TAkCgYEA8TVoZD8gab/h5fd5kETL0DzmWqgXLTKgG41CHh2hvQCRFbKej+9UZNAT9vrBVF+e5spx8IaHniWCS/I8ca3pfrBI3mSRb9JO99ggvllNSXwz5K/Y1ExptciHcZ41j6RcibdFDvhMgzx5caiR2eMglD9sXPYQEos0AUzvfLqFFpcCgYBAB5aimZ4lBR/QwRNOC5KI8g7VOtFLK5JG959OxZcXaADjqOMbhTmPFJ/GtbK61XcolFn9m+wdw5g5Fej1WaXIGrLLhG0tcMUWJ/cpemrN7nH3sAtYvUaGRtFVCxNP0Z/6f6XjiSo+uYE/yHL8zjG9pZnb9dwd856JmRoEyPhhMQKBgQC0NFRzYH4Uw1g/eK4HTH6Aap8mZ6I5EDNxog0ddsHY9E1wSmwP2JvSXWotAJXjNTT/84tASSGU0y0PFEB4JZfmIEmwbK4DPrnkjEGaNBl7pyEV3xI9OYFYYCJgjfQyBndkI9miH3r6KPoKIgglIny6hM+ue97yG7GUryfUpXy8rQKBgQCIiFXcEGNH0OFzgiGnM8fYGA5DGcHl7jvMz8kSR+26i4RB6MXKMnp/ougXCRN+yWpfxXmoPqVxK6VSRMSHxQ7rifwebbGtM6iu5qjGt9TrnIWQGZoxQrSOplGn9eusdGErzclgjBnnHOtUo2fqwsEW7ktg6rVQpvUawfIZHKv+iQ==",
        n: "5gJGnlES215PzeN0L8_QmqFOaGftCqaZ4kkGPC3ewCgtWAQz30MX4jcJMVsJz2tIj4Z68_sRP43rxHmBXT0Lmcqy9Mqgmhs31sffXjQbwcJiUU_egWNEHoGROUoHRu-WcvZvylownGl-CT1m6GVH545oy78tqeKCaz9zsRDd3_0zCP9SXhqouDDpOE76YWL1teVtuxeY3bUC4W2ACrsyLvYHlkLcLiTMFkNIt4GT44P3pySTeYBVZWQttiMH52LUtwj57HrSU9EaZA_Ze6pA3pA46ORyULQl8MLvHQes0LcPovP8w08pbVM_yLLCrsE3qeZYPF_lrEBegzNfyE6fTw",
        ec: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB/VIEqqw5kqRV5N0lxWxjTOoXJeVhBFYPkWZaJFurs6hRANCAARwJVp2rK2lYZdVmBY/xP5WH9LBl7SY1uUc98w7mO6bHLbjecwOMGqTGPuBMXlf96wnSpGVr7O66HIliB6ZUIag",
        x: "cCVadqytpWGXVZgWP8T-Vh_SwZe0mNblHPfMO5jumxw",
        y: "tuN5zA4wapMY-4ExeV_3rCdKkZWvs7rociWIHplQhqA",
    }),
    ("new", KeyPair {
        rsa: "MIIEowIBAAKCAQEAvW/TO6hxmn8R/ck81s3Y5uCE1F9/9GbukAmfW8HPI54ocCWUOErx76dIvOCyAbU19+a0oRyxIf7vXdUt2etVg99ACl6Q+spUbsbfTYU9/yJKNGFqRR5YQ65V0I+jTcr62W4fyaB1Xfv7D8JOkf51ZCS/8Ssz9X3YYimGFW7bcfDM0egSgNzGEzsZqjx6scDpMZBhcgK4gGfFlLs6UmV9Av3ot7GWRcb4hOIHsH8fOnbn+tyfyZcZPFvmT4Gi4YMlEOMbvtrqmg1dCuTz1SEX1r8BJyp7KysRFoWIXB35IqC1viO/LGvO5JWhcRBy/SnG0so2mFLlEuZm7Pq//OaoiwIDAQABAoIBABL0w7BulJ+fI4+/uWTNSG0h/mi5/bXZLvoe3GF0LWQlCWrfd8uCRF903+R2n5loJrRd06ljk54RQqajFGmAERiXGHNxLxTJdlV3dRTuxltndQF01guAk9iB83hhRzgbnapwSKIGengjJOZYzT/ytJCG1OYvKo3gP+zittYiN7dY8zEe+IhpsG4iEiPCi4LBz9cxrDX7LPtIPOkdV+7IvTjEqXaVA6dAfBtQrolpTdGqINBuCUWQ6z5sYJhuRyDaCu3oG3aVYRbg9T1c7N5oMGxhezRt2uqVqwcLUUo+zWTeKln37AYU2BL1WvIvftrM0fg0cbfkj8/3anHfQATEyLECgYEA4IiOj9dsIk1HSZl3sMrNX2XGOSX56mczhcSxYEL+vUOtpZTnZyte5xECZHcld8mTQbNggKbFuPIxN89bo/OrfNl5p5nZWUCgWxqyxFTissdNv1Y6n+gDobNyxst4TXiRW0ohBdhTyIXCdwivkYUM4my2ItrMU6hlNvnphjpnMV0CgYEA1/whJ8837Rcg2ZjSjtQVjfkDQG9Y3rXFJPsf58vDp7henlqrzfhwhmnFfTL0WIzDYwl2Rx/r956771jsAU4jZWNnhsblUXnS9zrTtWvnT7lo/2FAc/SDG4Jd7U2ASbIyXD5dNdqoOAhDwANB2Ga3IjE1BthfJyN9HImGarXlmwcCgYAaiAhQduQQKZGC4N+DxHMAEsaZeiNNz2QHKnbLKR9wvc6HAlFVn4pXQ2tE8885mFgOK2P7z7kNYZDvR1FMzj41Qn1dkJBeO4S3PzBggqdG+MX3FflXa9MCCHJHi0Nr5BNI9jlwt18vEp8n8Z7NUytyleXvuGrsd7l+BYnSkpQfAQKBgDEHZgtgacSjVGyw2VNc54uz9D4DSLw9rQQJEaQPyFlha/EsigWWmQyaJB+YmokjYxMvSa85mto6KVVa7TAaqcRRPWYF7naBXheLPhXX6claQHCAhh4MalqrTGEbD70q+22fJo+cFEWr8p064A6cuoPDgdMM+QSsdLEustm0cuuvAoGBAMoSGn6WCApjb0Sd5xeyO/gUCpKBwU5EXItg4cE1u857X2pkHW7tGTQ7Nz9OzeMNRo7WHrz9hw5dtnoAocvClaxreMTAwQTuO4cBN9AobvhSxfp9dYj2FA4HW5r50gjJHqyUeB4O+dqfS+GaAxMyqzzna1GNAoeMvHaIfDh3X4F3",
        n: "vW_TO6hxmn8R_ck81s3Y5uCE1F9_9GbukAmfW8HPI54ocCWUOErx76dIvOCyAbU19-a0oRyxIf7vXdUt2etVg99ACl6Q-spUbsbfTYU9_yJKNGFqRR5YQ65V0I-jTcr62W4fyaB1Xfv7D8JOkf51ZCS_8Ssz9X3YYimGFW7bcfDM0egSgNzGEzsZqjx6scDpMZBhcgK4gGfFlLs6UmV9Av3ot7GWRcb4hOIHsH8fOnbn-tyfyZcZPFvmT4Gi4YMlEOMbvtrqmg1dCuTz1SEX1r8BJyp7KysRFoWIXB35IqC1viO_LGvO5JWhcRBy_SnG0so2mFLlEuZm7Pq__Oaoiw",
        ec: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqRBdhNr39syv5eN+cnO5tEiScyiQgqbNwwuFNrXMOGKhRANCAAShBmstpMN4yqzpGvJ+gcSnQxd1lWrv7/ABFwMZhXL0CfPxkKysHTrSgVqizZa5p0iv1Tdthb9dWKFe5ciTUPuY",
        x: "oQZrLaTDeMqs6RryfoHEp0MXdZVq7-_wARcDGYVy9Ak",
        y: "8_GQrKwdOtKBWqLNlrmnSK_VN22Fv11YoV7lyJNQ-5g",
    }),
    ("wrong", KeyPair {
        rsa: "MIIEowIBAAKCAQEAkkQk5NwU13/ewSTzq1jbnezMg8MzkqVtVoxIdUiYhN27qW3r1Rg4ZPjmncAgrG49SdZEw3v+HAGyI5Vz+BN9uALPv1Hf9a/2d/xtGpjuNQ/iVxn17ydaL06LA+YzvVQbwRhNoS3vocg8QsSaHadAVHMMP/JhE4An6C77s6wJErXU3hj8xGG3r5hWxQK33zNqiEThgzAE44TFVgjgn/RU57B7fmbyKhN5phvp88+LfMtrYpML3srNESQyP7+gruEWVuEWdti5EQ1/JfHfLoIhykyiFGqD21xYmYC0mtp96tKE6CMw1/HIJjI/Fmgt49jbf75h/njlPlj46Ivm9MEGGQIDAQABAoIBAAVXy+k4SOKeXyq7CNOniU45ijb9+HJQ7K+OrE7sefXQi7xisYy1N8oodXQpwofJ9x8tXpGtg9jODw3RtczIGX2RTLl2ajH1XZGAfRPNplX14JTB9APqchbsTZO04wr1eZYSJzPOE8TbJahiuiZ/J5BuK3Jijj1CHzMSFEu56xLt11a5JAgRHJvYN/XF1ceAK8xA7ebi/shS9OJlwUkuhYzpPq3zeaKpTzdzuUXruttoFAuPSFdDm/EQT9CyNpKoHTYYXvmrs6hmupk6oTXThFgg7JwmtE5uFSRPCmx21YHdk+WYNkUuyhSQ1KTghLNznsZ+bhUkybomLAzpGhUfyQECgYEAxfNlx1jakxpFdy9bjQIhIil3PJY6czeN+y+lmk2WsH70ryfjua1YXQB1t+TNjiWRYzcN/vZik9IfheTJE3iQR3M+TwQ3mg6Lgph4v+cXizx+P2VDD7fY1tqkb3xT2Bt578HvuTZazGiYCSkajcTWofo+ycC/tugD71cDM/hnuFECgYEAvSirpICUHdnjCpKuReHIJUAkdUCzF2l6nfLG+JZleh+4NMqgWdYG1Y+77rpsMuZrEPowJ8v30GD/BMn1Ifil8RXwgzgrx4bZx4SSvUdWrh4IDQWhTzts4fG90on3krNtWmyNTmteLFuNrUvsJZP1y8uEqncpJ5tsHSDqi2VfR0kCgYEArP1lj83lzjJiTKMVVehrfkhQjKEY2YHOUZq1FWEC9KEuQjgQ+j4z/6qcNaX9wWCxasw9Lfix807o/4EN/Dcbl2VuKW2dDcPyRaHrvIE/AQ5PoiVjcsQO+sy+cTNsrmpsqIuKbQjEVuh9HVxPeV9w1sMzxertX/HpJmubP/qw4dECgYBb4RpmQBIx4bjXVOITjZTjCyHqVi/nalOlztv4uUy3IhsegWGb4UrWhwd48NJHcwaEa5Hicr9/Vu3oDJTmGFm6HbcCddFGDGlR8UI5cCJZVrsAYEC3NJ0xrnNOhbdcaYzvRBTrB1np39qUV3Fv20uj3sok5tZ1p5e/GlLyvJ2oCQKBgGWqK5SkyD/y8OGfNXmosughtEOoJVmloHDE6b+sZiHq7EfThughFw//Jw2TtM8M9CxEAczjMsgp7NjIKmq+xYgZjCM4rcWzn44wnmpOsz4cKZGcC66wgmrIe1g0U4XRWkOcHIa3VHBCwT4vPuWXB4+8jTR/aHUhruyb4xfJrXG2",
        n: "kkQk5NwU13_ewSTzq1jbnezMg8MzkqVtVoxIdUiYhN27qW3r1Rg4ZPjmncAgrG49SdZEw3v-HAGyI5Vz-BN9uALPv1Hf9a_2d_xtGpjuNQ_iVxn17ydaL06LA-YzvVQbwRhNoS3vocg8QsSaHadAVHMMP_JhE4An6C77s6wJErXU3hj8xGG3r5hWxQK33zNqiEThgzAE44TFVgjgn_RU57B7fmbyKhN5phvp88-LfMtrYpML3srNESQyP7-gruEWVuEWdti5EQ1_JfHfLoIhykyiFGqD21xYmYC0mtp96tKE6CMw1_HIJjI_Fmgt49jbf75h_njlPlj46Ivm9MEGGQ",
        ec: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQeoyl872OgMuoiEAE3sgb3lSwk+U3467vdChlqFZakahRANCAASSM6AAdtUhdP3svGichoJ1JXMuREG/0kf8S9N7gg7JQ1NTg3o3bKiAhIKozrPzEZ+xFLub708dLikQAzhGJpwW",
        x: "kjOgAHbVIXT97LxonIaCdSVzLkRBv9JH_EvTe4IOyUM",
        y: "U1ODejdsqICEgqjOs_MRn7EUu5vvTx0uKRADOEYmnBY",
    }),
];
