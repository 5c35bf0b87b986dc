import { Mesh, MeshBasicMaterial, Scene, SphereGeometry } from 'three';

export class Game {
  scene = new Scene();
  shape = new SphereGeometry(0.1, 4, 3);
  material = new MeshBasicMaterial({ color: 0xffcc00 });

  fire() {
    const spark = new Mesh(this.shape, this.material);
    spark.userData.speed = 3;
    this.scene.add(spark);
    setTimeout(() => this.scene.remove(spark), 2);
  }
}
