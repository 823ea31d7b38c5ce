//! What the build put into the binary: views, catalogues and assets, each as (name, content).

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
