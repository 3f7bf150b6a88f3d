/// A chat room on Spring Boot and Tomcat, to compare with. It knows Spring alone.
package dev.tertulia.peers.spring;
